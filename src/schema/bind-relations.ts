import { Kind, type DirectiveNode, type StringValueNode } from 'graphql';
import { didYouMean } from '../errors/suggest.js';
import {
  columnOf,
  directive,
  stringArgument,
  stringsArgument,
  type BindContext,
  type RowType,
} from './bind-context.js';
import type { BoundRelation } from './bound-schema.js';
import type { Catalog } from './catalog.js';
import { quoteName, snakeCase } from './names.js';
import { readPgType } from './pg-type.js';
import type { TypeDeclaration } from './read-sdl.js';

/** The catalog's relations by model, as the planner needs them. */
export function boundRelations(catalog: Catalog): Map<string, BoundRelation> {
  return new Map(
    catalog.relations.map((relation) => [
      relation.model,
      {
        model: relation.model,
        from: `${quoteName(relation.schema)}.${quoteName(relation.name)}`,
        published: true,
        columns: Object.fromEntries(
          relation.columns.map((column) => {
            const type = readPgType(column.type);
            return [
              column.name,
              {
                name: column.name,
                type: type.array ? `${type.name}[]` : type.name,
                notNull: column.notNull,
                ...(column.acceptedValues && { acceptedValues: column.acceptedValues }),
              },
            ];
          }),
        ),
        unique: relation.unique,
        indexes: relation.indexes,
        estimatedRows: relation.estimatedRows,
      },
    ]),
  );
}

/** Every type that has rows: by `@relation`, as a shape of an interface that has one, or as a union of such shapes. */
export function bindRowTypes(context: Omit<BindContext, 'rows'>): Map<string, RowType> {
  const rows = new Map<string, RowType>();
  const withRows: BindContext = { ...context, rows };
  const declared = [...context.document.types.values()];
  for (const type of declared) {
    const row = byRelation(withRows, type);
    if (row) rows.set(type.name, row);
  }
  for (const type of declared) {
    if (type.kind !== Kind.OBJECT_TYPE_DEFINITION || rows.has(type.name)) continue;
    const parent = type.interfaces.map((name) => rows.get(name)).find((row) => row?.abstract !== undefined);
    if (parent?.abstract === undefined) continue;
    rows.set(type.name, {
      name: type.name,
      relation: parent.relation,
      key: parent.key,
      variant: { column: parent.abstract.discriminator, value: snakeCase(type.name) },
    });
  }
  for (const row of rows.values()) {
    if (row.abstract) rows.set(row.name, withVariants(withRows, row));
  }
  for (const type of declared) {
    const row = type.kind === Kind.UNION_TYPE_DEFINITION ? ofUnion(withRows, type) : undefined;
    if (row) rows.set(type.name, row);
  }
  return rows;
}

function byRelation(context: BindContext, type: TypeDeclaration): RowType | undefined {
  const node = directive(type.directives, 'relation');
  const model = stringArgument(node, 'model');
  if (node === undefined || model === undefined) return undefined;
  const relation = context.relations.get(model);
  if (relation === undefined) {
    context.findings.error(
      'SCHEMA_UNKNOWN_MODEL',
      `type ${type.name} is bound to model "${model}", which is not published`,
      node,
      didYouMean(model, context.relations.keys()) ?? 'Build the model, or bind the type to another.',
    );
    return undefined;
  }
  const keyNodes = stringsArgument(node, 'key') ?? [];
  const key = keyNodes.map((item) => item.value);
  for (const item of keyNodes) columnOf(context, relation, item.value, item, `the key of type ${type.name}`);
  holdKey(context, type, relation, key, keyNodes[0]);
  const discriminator = stringArgument(node, 'discriminator');
  if (type.kind === Kind.INTERFACE_TYPE_DEFINITION) {
    if (discriminator === undefined) {
      context.findings.error(
        'SCHEMA_DISCRIMINATOR',
        `interface ${type.name} does not say which column names the type of a row`,
        node,
        'Add discriminator: "<column>" to @relation.',
      );
      return undefined;
    }
    if (!columnOf(context, relation, discriminator, node, `the discriminator of interface ${type.name}`)) {
      return undefined;
    }
    return { name: type.name, relation, key, abstract: { discriminator, variants: {} } };
  }
  const moved = movedOf(context, type.name, key, node);
  return { name: type.name, relation, key, ...(moved !== undefined && { moved }) };
}

/** The model of keys that were given up; undefined where none is named, or a finding was made. */
function movedOf(
  context: BindContext,
  type: string,
  key: readonly string[],
  node: DirectiveNode,
): string | undefined {
  const model = stringArgument(node, 'moved');
  if (model === undefined) return undefined;
  const relation = context.relations.get(model);
  if (relation === undefined || key.length !== 1) {
    context.findings.error(
      relation ? 'SCHEMA_KEY' : 'SCHEMA_UNKNOWN_MODEL',
      relation
        ? `type ${type} has a key of several columns, and moved is for keys of one`
        : `type ${type} takes moved keys from model "${model}", which is not published`,
      node,
      relation ? 'Leave out moved.' : (didYouMean(model, context.relations.keys()) ?? 'Build the model.'),
    );
    return undefined;
  }
  const columns = [key[0] ?? '', `previous_${key[0] ?? ''}`];
  const found = columns.map((name) => columnOf(context, relation, name, node, `moved of type ${type}`));
  return found.every((column) => column !== undefined) ? model : undefined;
}

/** A key must tell rows apart, else pages repeat and lookups pick at random. */
function holdKey(
  context: BindContext,
  type: TypeDeclaration,
  relation: BoundRelation,
  key: readonly string[],
  node: StringValueNode | undefined,
): void {
  const proven = relation.unique.some((columns) => columns.every((column) => key.includes(column)));
  if (!proven && key.every((column) => Object.hasOwn(relation.columns, column))) {
    context.findings.warn(
      'SCHEMA_KEY',
      `the key of type ${type.name} (${key.join(', ')}) is not proven unique in model "${relation.model}"`,
      node,
      'Give the model a unique test, a unique index, or a unique_key of these columns.',
    );
  }
}

/** The shapes of an interface: each object type that implements it, by the snake case of its name. */
function withVariants(context: BindContext, row: RowType): RowType {
  if (!row.abstract) return row;
  const variants: Record<string, string> = {};
  for (const other of context.rows.values()) {
    const declaration = context.document.types.get(other.name);
    if (other.variant && declaration?.interfaces.includes(row.name))
      variants[other.variant.value] = other.name;
  }
  const column = row.relation.columns[row.abstract.discriminator];
  const missing = (column?.acceptedValues ?? []).filter((value) => !Object.hasOwn(variants, value));
  if (missing.length > 0) {
    context.findings.warn(
      'SCHEMA_DISCRIMINATOR',
      `interface ${row.name} has no type for ${missing.map((value) => `"${value}"`).join(', ')} of column "${row.abstract.discriminator}"`,
      context.document.types.get(row.name)?.node,
      'Add an object type of that name (visit is Visit) that implements the interface.',
    );
  }
  return { ...row, abstract: { ...row.abstract, variants } };
}

function ofUnion(context: BindContext, type: TypeDeclaration): RowType | undefined {
  const members = type.members.map((name) => context.rows.get(name));
  const first = members[0];
  if (!first?.variant) return undefined;
  const { column } = first.variant;
  if (members.some((row) => row?.relation !== first.relation || row.variant?.column !== column)) {
    context.findings.error(
      'SCHEMA_DISCRIMINATOR',
      `the members of union ${type.name} do not all come from one relation`,
      type.node,
      'Let every member implement one interface that has @relation with a discriminator.',
    );
    return undefined;
  }
  const variants = Object.fromEntries(members.map((row) => [row?.variant?.value ?? '', row?.name ?? '']));
  return {
    name: type.name,
    relation: first.relation,
    key: first.key,
    abstract: { discriminator: column, variants },
  };
}
