import { GraphQLError, Kind, parse, type DefinitionNode } from 'graphql';
import { directive, stringArgument, stringsArgument } from './bind-context.js';
import type { Catalog, CatalogColumn, CatalogRelation, SdlSource } from './catalog.js';
import type { Findings } from './finding.js';
import { camelCase, pascalCase, snakeCase } from './names.js';
import { readPgType, scalarOf } from './pg-type.js';
import { isSdlFile } from './operation-file.js';

/**
 * SDL for the models that ask for it in their YAML (`meta: {graphql: true}`, or `{type: Carrier, field: carriers}`) and
 * that no SDL of the project binds: a type with a field per column, a root list with its aggregate, and a field on each
 * type whose key the model holds. It is the SDL one would write, and is bound like any other.
 */
export function modelSdl(
  sources: readonly SdlSource[],
  catalog: Catalog,
  findings: Findings,
): readonly SdlSource[] {
  const own = readOwn(sources);
  const wanted = catalog.relations.filter((relation) => wishOf(relation) && !own.models.has(relation.model));
  return wanted.flatMap((relation) => {
    const file = `generated/${relation.model}.graphql`;
    const text = sdlOf(relation, own, findings);
    return text === undefined ? [] : [{ file, text }];
  });
}

interface OwnSdl {
  /** Models that the project's SDL binds. */
  readonly models: ReadonlySet<string>;
  readonly typeNames: ReadonlySet<string>;
  readonly rootFields: ReadonlySet<string>;
  /** Types bound to a model with a key of one column, by that column. */
  readonly neighbours: ReadonlyMap<string, { readonly type: string; readonly fields: ReadonlySet<string> }>;
}

interface Wish {
  readonly type: string;
  readonly field: string;
}

function wishOf({ model, meta }: CatalogRelation): Wish | undefined {
  const wish = meta?.['graphql'];
  if (wish !== true && (typeof wish !== 'object' || wish === null)) return undefined;
  const { type, field } = (wish === true ? {} : wish) as Readonly<Record<string, unknown>>;
  return {
    type: typeof type === 'string' ? type : pascalCase(singular(model)),
    field: typeof field === 'string' ? field : camelCase(model),
  };
}

function readOwn(sources: readonly SdlSource[]): OwnSdl {
  const definitions = sources.flatMap(({ file, text }) => (isSdlFile(file) ? definitionsOf(text) : []));
  const rows = definitions.filter(
    (node) => node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.INTERFACE_TYPE_DEFINITION,
  );
  const neighbours = new Map<string, { type: string; fields: ReadonlySet<string> }>();
  const models = new Set<string>();
  for (const node of rows) {
    const relation = directive(node.directives, 'relation');
    const model = stringArgument(relation, 'model');
    if (model === undefined) continue;
    models.add(model);
    const [key, ...more] = stringsArgument(relation, 'key') ?? [];
    if (!key || more.length > 0 || node.kind !== Kind.OBJECT_TYPE_DEFINITION) continue;
    const fields = new Set((node.fields ?? []).map((field) => field.name.value));
    neighbours.set(key.value, { type: node.name.value, fields });
  }
  return {
    models,
    neighbours,
    typeNames: new Set(definitions.flatMap((node) => ('name' in node ? [node.name.value] : []))),
    rootFields: new Set(
      definitions.flatMap((node) =>
        (node.kind === Kind.OBJECT_TYPE_EXTENSION || node.kind === Kind.OBJECT_TYPE_DEFINITION) &&
        node.name.value === 'Query'
          ? (node.fields ?? []).map((field) => field.name.value)
          : [],
      ),
    ),
  };
}

/** A file that is not GraphQL is told of where it is read for binding. */
function definitionsOf(text: string): readonly DefinitionNode[] {
  try {
    return parse(text).definitions;
  } catch (error) {
    if (error instanceof GraphQLError) return [];
    throw error;
  }
}

function sdlOf(relation: CatalogRelation, own: OwnSdl, findings: Findings): string | undefined {
  const wish = wishOf(relation) ?? { type: '', field: '' };
  const key = [...relation.unique].sort((a, b) => a.length - b.length)[0];
  const asked = `model "${relation.model}" asks for a GraphQL type by meta.graphql`;
  if (key === undefined) {
    findings.error(
      'SCHEMA_KEY',
      `${asked}, but nothing proves which columns tell its rows apart`,
      undefined,
      'Give the column that does a unique test, or the model a unique index.',
    );
    return undefined;
  }
  const taken = own.typeNames.has(wish.type)
    ? `type ${wish.type}`
    : own.rootFields.has(wish.field)
      ? `root field ${wish.field}`
      : undefined;
  if (taken !== undefined) {
    findings.error(
      'SCHEMA_NAME_TAKEN',
      `${asked}, but there is a ${taken} already`,
      undefined,
      'Choose other names in its YAML: meta: {graphql: {type: …, field: …}}.',
    );
    return undefined;
  }
  const columns = relation.columns.filter(({ name }) => /^[A-Za-z]\w*$/.test(camelCase(name)));
  const neighbours = columns.flatMap((column) => {
    const found = own.neighbours.get(column.name);
    return found ? [{ column: column.name, ...found }] : [];
  });
  const fields = columns.map(fieldOf);
  const names = new Set(columns.map(({ name }) => camelCase(name)));
  for (const { column, type } of neighbours) {
    const name = camelCase(snakeCase(type));
    if (!names.has(name)) fields.push(`${name}: ${type} @one(on: ["${column}"])`);
  }
  const extensions = neighbours.flatMap(({ column, type, fields: present }) => {
    const isOne = relation.unique.some((list) => list.length === 1 && list[0] === column);
    const name = isOne ? camelCase(singular(relation.model)) : wish.field;
    if (present.has(name)) return [];
    const order = JSON.stringify(key);
    const field = isOne ? `${name}: ${wish.type} @one` : `${name}: [${wish.type}!]! @many`;
    return [`extend type ${type} { ${field}(on: ["${column}"]${isOne ? '' : `, order: ${order}`}) }`];
  });
  return [
    `${description(relation.description)}type ${wish.type} @relation(model: "${relation.model}", key: ${JSON.stringify(key)}) {`,
    ...fields.map((field) => `  ${field}`),
    '}',
    `extend type Query { ${description(relation.description)}${wish.field}: ${wish.type}Connection! @many }`,
    ...extensions,
  ].join('\n');
}

function fieldOf(column: CatalogColumn): string {
  const name = camelCase(column.name);
  const { name: pgType, array } = readPgType(column.type);
  const scalar = scalarOf(pgType);
  const type = `${array ? `[${scalar}]` : scalar}${column.notNull ? '!' : ''}`;
  const written = snakeCase(name) === column.name ? '' : ` @column(name: ${JSON.stringify(column.name)})`;
  return `${description(column.description)}${name}: ${type}${written}`;
}

function description(text: string | undefined): string {
  return text === undefined || text.trim() === '' ? '' : `${JSON.stringify(text.trim())} `;
}

/** `carriers` → `carrier`, `categories` → `category`; a word that does not end in s stays. */
function singular(name: string): string {
  if (/ies$/.test(name)) return name.replace(/ies$/, 'y');
  if (/(ss|us|is)$/.test(name)) return name;
  return name.replace(/(ch|sh|x|z|ss)es$/, '$1').replace(/s$/, '');
}
