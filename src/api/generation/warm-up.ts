import {
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  isUnionType,
  parse,
  validate,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import type { LoadedGeneration } from './loaded-generation.js';

/** After so many documents V8 has compiled most of what a plan goes through: the first takes ten times as long. */
const rounds = 12;
const fieldsOfOne = 100;

/**
 * Plans documents over a generation's own schema, of which nothing is run, so that the first document that somebody
 * sends to a new process finds the way compiled. One a turn of the event loop: requests come between.
 */
export async function warmUp(loaded: LoadedGeneration, goesOn: () => boolean): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (!goesOn()) return;
    try {
      const document = parse(documentOf(loaded.schema, round));
      if (validate(loaded.schema, document).length === 0) loaded.planner.plan({ document });
    } catch {
      // a schema for which no document can be made up is warmed by its first requests
      return;
    }
  }
}

/** A query of about a hundred fields that is another one each `round`. */
export function documentOf(schema: GraphQLSchema, round: number): string {
  const roots = Object.values(schema.getQueryType()?.getFields() ?? {}).filter(({ type }) =>
    isCompositeType(getNamedType(type)),
  );
  const left = { fields: fieldsOfOne };
  const parts: string[] = [];
  for (let index = 0; index < roots.length && left.fields > 0; index += 1) {
    const root = roots[(index + round) % roots.length];
    if (root) parts.push(fieldText(root, `r${index}`, 4, round, left));
  }
  return `query WarmUp${round} { ${parts.join(' ')} __typename }`;
}

interface Left {
  fields: number;
}

function fieldText(
  field: GraphQLField<unknown, unknown>,
  alias: string,
  depth: number,
  round: number,
  left: Left,
): string {
  left.fields -= 1;
  const given = field.args
    .filter(isRequiredArgument)
    .map(({ name, type }) => `${name}: ${literalOf(type, round)}`);
  const call = `${alias}: ${field.name}${given.length > 0 ? `(${given.join(', ')})` : ''}`;
  const selection = selectionText(field.type, depth - 1, round, left);
  return selection === undefined ? call : `${call} ${selection}`;
}

/** The values first, then what has fields of its own, while there is depth and number left. */
function selectionText(
  type: GraphQLOutputType,
  depth: number,
  round: number,
  left: Left,
): string | undefined {
  const named = getNamedType(type);
  if (isUnionType(named)) return '{ __typename }';
  if (!isObjectType(named) && !isInterfaceType(named)) return undefined;
  const fields = Object.values(named.getFields());
  const inner = fields.filter((field) => isCompositeType(getNamedType(field.type)));
  const parts = fields
    .filter((field) => !inner.includes(field) && !field.args.some(isRequiredArgument))
    .map((field, index) => fieldText(field, `v${round}_${index}`, 0, round, left));
  if (depth > 0) {
    for (const [index, field] of inner.entries()) {
      if (left.fields > 0) parts.push(fieldText(field, `i${index}`, depth, round, left));
    }
  }
  return `{ ${parts.length > 0 ? parts.join(' ') : '__typename'} }`;
}

/** A value that the type takes; one that names nothing will do, since nothing is asked. */
function literalOf(type: GraphQLInputType, round: number): string {
  if (isNonNullType(type)) return literalOf(type.ofType, round);
  if (isListType(type)) return `[${literalOf(type.ofType, round)}]`;
  if (isEnumType(type)) return type.getValues()[0]?.name ?? 'null';
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields());
    const chosen = type.isOneOf ? fields.slice(0, 1) : fields.filter(isRequiredInputField);
    return `{${chosen.map(({ name, type: inner }) => `${name}: ${literalOf(inner, round)}`).join(', ')}}`;
  }
  return literals[type.name] ?? `"${round}"`;
}

const literals: Readonly<Record<string, string>> = {
  Int: '1',
  Float: '1.5',
  Boolean: 'true',
  Decimal: '"1.5"',
  Date: '"2026-01-01"',
  DateTime: '"2026-01-01T00:00:00Z"',
  JSON: '{}',
};
