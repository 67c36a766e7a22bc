import {
  Kind,
  parse,
  Source,
  type ArgumentNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  type ObjectTypeDefinitionNode,
} from 'graphql';
import type { BoundType } from './bound-schema.js';
import { bindingDirectives, bindingTypes } from './built-in-sdl.js';
import type { Findings } from './finding.js';
import type { TypeGenerator } from './generate-types.js';
import { directive, argument } from './bind-context.js';
import type { SdlDocument } from './read-sdl.js';

/** The whole schema as one document: the project's types with generated arguments and fields, and the generated types. */
export function assembleSdl(
  document: SdlDocument,
  types: ReadonlyMap<string, BoundType>,
  generator: TypeGenerator,
  metricRowSdl: string | undefined,
  findings: Findings,
): DocumentNode {
  const own = document.definitions.map((node) => extendFields(node, types, generator));
  const generated: DefinitionNode[] = [];
  for (const [name, text] of generator.written) {
    if (text === '') continue;
    const theirs = document.types.get(name);
    if (theirs === undefined) {
      generated.push(...parse(new Source(text, `generated/${name}`)).definitions);
    } else if (!name.endsWith('Connection') && !name.endsWith('Edge')) {
      findings.error(
        'SCHEMA_NAME_TAKEN',
        `type ${name} is declared, but thau generates a type of that name`,
        theirs.node,
        'Give it another name.',
      );
    }
  }
  if (metricRowSdl !== undefined) {
    const rows = parse(new Source(metricRowSdl, 'generated/MetricRow')).definitions;
    for (const node of rows) {
      const theirs = 'name' in node ? document.types.get(node.name.value) : undefined;
      if (theirs === undefined) generated.push(node);
      else if (node.kind === Kind.OBJECT_TYPE_DEFINITION) {
        // the project may write MetricRow itself; its dimensions are added
        const present = new Set(theirs.fields.map((field) => field.name.value));
        const fields = node.fields?.filter((field) => !present.has(field.name.value)) ?? [];
        if (fields.length > 0) generated.push({ kind: Kind.OBJECT_TYPE_EXTENSION, name: node.name, fields });
      }
    }
  }
  return { kind: Kind.DOCUMENT, definitions: [...own, ...generated] };
}

function extendFields(
  node: DefinitionNode,
  types: ReadonlyMap<string, BoundType>,
  generator: TypeGenerator,
): DefinitionNode {
  if (!/^(Object|Interface)Type(Definition|Extension)$/.test(node.kind)) return node;
  const object = node as ObjectTypeDefinitionNode;
  const bound = types.get(object.name.value);
  if (bound === undefined) return node;
  const present = new Set(Object.keys(bound.fields));
  return {
    ...object,
    fields: (object.fields ?? []).flatMap((field) => {
      const binding = bound.fields[field.name.value];
      if (binding?.kind === 'metrics') return [withArguments(field, metricArguments)];
      if (binding?.kind !== 'many') return [field];
      const made = { ...field, arguments: [...(field.arguments ?? [])] };
      const filter = generator.filter(binding.target);
      const orderBy = generator.orderBy(binding.target);
      const lines: string[] = [];
      for (const name of binding.arguments) {
        if (made.arguments.some((item) => item.name.value === name)) continue;
        if (name === 'first' || name === 'last') lines.push(`${name}: Int`);
        else if (name === 'filter') lines.push(...(filter ? [`filter: ${filter}`] : []));
        else if (name === 'orderBy') lines.push(...(orderBy ? [`orderBy: [${orderBy}!]`] : []));
        else lines.push(`${name}: String`);
      }
      const extended = withArguments(made, lines.join(', '));
      const aggregateName = `${field.name.value}Aggregate`;
      const declared = object.fields?.some((item) => item.name.value === aggregateName) ?? false;
      if (!present.has(aggregateName) || declared) return [extended];
      return [extended, aggregateField(field, aggregateName, binding.target, generator)];
    }),
  };
}

const metricArguments = [
  'names: [String!]!',
  'grain: Grain = DAY',
  'by: [String!]',
  'from: DateTime',
  'to: DateTime',
  'filter: MetricRowFilter',
  'compareTo: MetricComparison',
].join(', ');

function withArguments(field: FieldDefinitionNode, text: string): FieldDefinitionNode {
  if (text === '') return field;
  const written = new Set((field.arguments ?? []).map((item) => item.name.value));
  const added = parseArguments(text).filter((item) => !written.has(item.name.value));
  return { ...field, arguments: [...(field.arguments ?? []), ...added] };
}

function parseArguments(text: string): readonly InputValueDefinitionNode[] {
  const [node] = parse(new Source(`type T { f(${text}): Int }`, 'generated/arguments')).definitions;
  return (node as ObjectTypeDefinitionNode).fields?.[0]?.arguments ?? [];
}

function aggregateField(
  field: FieldDefinitionNode,
  name: string,
  target: string,
  generator: TypeGenerator,
): FieldDefinitionNode {
  const filter = generator.filter(target);
  const groupBy = generator.groupBy(target);
  const type = generator.aggregate(target) ?? 'Int';
  const lines = [
    ...(filter ? [`filter: ${filter}`] : []),
    ...(groupBy ? [`groupBy: [${groupBy}!]`] : []),
    'first: Int',
  ];
  const [node] = parse(
    new Source(
      `type T { "Figures over ${field.name.value}, one row per group." ${name}(${lines.join(', ')}): [${type}!]! }`,
      `generated/${name}`,
    ),
  ).definitions;
  const made = (node as ObjectTypeDefinitionNode).fields?.[0];
  // the list's own @where arguments narrow its aggregate too
  const shared = (field.arguments ?? []).filter((item) => !['first', 'filter'].includes(item.name.value));
  return { ...(made as FieldDefinitionNode), arguments: [...shared, ...(made?.arguments ?? [])] };
}

/** Whether `@many` leaves the aggregate on. */
export function wantsAggregate(field: FieldDefinitionNode): boolean {
  const value: ArgumentNode['value'] | undefined = argument(directive(field.directives, 'many'), 'aggregate');
  return !(value?.kind === Kind.BOOLEAN && !value.value);
}

/** The public contract: no binding directive, none of their types. */
export function withoutBinding(document: DocumentNode): DocumentNode {
  const bare = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(bare);
    if (node === null || typeof node !== 'object') return node;
    const copy: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(node)) {
      if (name === 'loc') continue;
      copy[name] =
        name === 'directives' && Array.isArray(value)
          ? (value as { name: { value: string } }[])
              .filter((item) => !bindingDirectives.includes(item.name.value))
              .map(bare)
          : bare(value);
    }
    return copy;
  };
  return {
    kind: Kind.DOCUMENT,
    definitions: document.definitions
      .filter((node) => {
        const name = 'name' in node ? node.name.value : '';
        if (node.kind === Kind.DIRECTIVE_DEFINITION) return !bindingDirectives.includes(name);
        return !bindingTypes.includes(name);
      })
      // `type Query` without fields of its own is only what its extensions hang on
      .map((node) => bare(node) as DefinitionNode),
  };
}
