import { Kind, type GraphQLError, type TypeNode, type VariableDefinitionNode } from 'graphql';
import { graphqlFault } from '../graphql/graphql-fault.js';
import { readPosition } from './page-position.js';

/** What a query string asks for beside the operation's own variables. */
export interface FlatRequest {
  readonly variables: Readonly<Record<string, unknown>>;
  /** A byte order mark before CSV, by which Excel knows UTF-8. */
  readonly bom: boolean;
  /** CSV without the guard against formulas. */
  readonly raw: boolean;
}

const reserved = ['key', '_bom', '_raw'];
/** Names of the URL for variables that GraphQL calls otherwise. */
const pageNames: Readonly<Record<string, string>> = { first: '_limit', after: '_after' };

/**
 * The variables of an operation from a query string: each by its own name, lists by repeating it. `_limit` and
 * `_after` are `first` and `after` where the operation has them. Answers a fault for a name it does not know.
 */
export function readParameters(
  definitions: readonly VariableDefinitionNode[],
  search: URLSearchParams,
): FlatRequest | GraphQLError {
  const byName = new Map(definitions.map((node) => [node.variable.name.value, node]));
  const variables: Record<string, unknown> = {};
  for (const name of new Set(search.keys())) {
    if (name === 'key' || name === '_bom' || name === '_raw') continue;
    const own = name === '_limit' ? 'first' : name === '_after' ? 'after' : name;
    const node = byName.get(own);
    if (node === undefined) return unknown(name, [...byName.keys()]);
    const values = search.getAll(name);
    const read = readValue(node.type, values);
    if (read === undefined) return wrong(name, values);
    variables[own] = name === '_after' && typeof read === 'string' ? readPosition(read).cursor : read;
  }
  return { variables, bom: search.get('_bom') === '1', raw: search.get('_raw') === '1' };
}

/** Undefined where the text cannot be of the type; the schema's own coercion judges the rest. */
function readValue(type: TypeNode, values: readonly string[]): unknown {
  const bare = type.kind === Kind.NON_NULL_TYPE ? type.type : type;
  if (bare.kind === Kind.LIST_TYPE) {
    const items = values.map((value) => readValue(bare.type, [value]));
    return items.includes(undefined) ? undefined : items;
  }
  const [value] = values;
  if (value === undefined || values.length > 1) return undefined;
  switch (bare.name.value) {
    case 'Int':
      return /^-?\d{1,10}$/.test(value) ? Number(value) : undefined;
    case 'Float':
      return value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : undefined;
    case 'Boolean':
      return value === 'true' ? true : value === 'false' ? false : undefined;
    default:
      return value;
  }
}

function unknown(name: string, known: readonly string[]): GraphQLError {
  const names = [...known.map((one) => pageNames[one] ?? one), ...reserved].join(', ');
  return graphqlFault('BAD_USER_INPUT', `The operation has no parameter "${name.slice(0, 100)}".`, {
    status: 400,
    hint: `It takes: ${names}.`,
  });
}

function wrong(name: string, values: readonly string[]): GraphQLError {
  return graphqlFault(
    'BAD_USER_INPUT',
    `"${values.join(', ').slice(0, 100)}" is no value of the parameter "${name}".`,
    { status: 400 },
  );
}
