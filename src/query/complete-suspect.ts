import {
  defaultTypeResolver,
  execute,
  getNamedType,
  GraphQLError,
  isEnumType,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  type GraphQLTypeResolver,
} from 'graphql';
import type { BoundSchema } from '../schema/bound-schema.js';
import { nodeTypes } from './emit-node.js';
import { marker } from './text-parts.js';

/** Whether an answer may break GraphQL's rules. Text that merely mentions NaN is suspected too, and comes out the same. */
export function isSuspect(plan: { readonly needles: readonly string[] }, data: string): boolean {
  if (plan.needles.length === 0) return false;
  let rare = probes.get(plan.needles);
  if (rare === undefined) {
    rare = [...new Set(plan.needles.map(probeOf))];
    probes.set(plan.needles, rare);
  }
  for (const probe of rare) {
    if (data.includes(probe)) return plan.needles.some((needle) => data.includes(needle));
  }
  return false;
}

const probes = new WeakMap<readonly string[], readonly string[]>();

/**
 * What to look for first: a short text that begins with a rare letter is found, or not, at a tenth of the time. Both
 * infinities have this part.
 */
const probeOf = (needle: string): string => (needle.includes('finity') ? 'finity' : needle);

/**
 * Completes a suspect answer by graphql-js' own `execute` over the data PostgreSQL wrote, so that errors, their paths
 * and what becomes null are exactly the reference's.
 */
export function completeSuspect(
  bound: BoundSchema,
  schema: GraphQLSchema,
  request: {
    readonly document: DocumentNode;
    readonly operationName?: string | null | undefined;
    readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  },
  data: string,
): ExecutionResult {
  const result = execute({
    schema,
    document: request.document,
    rootValue: readSuspect(data),
    operationName: request.operationName ?? null,
    variableValues: request.variables ?? {},
    fieldResolver: readField,
    typeResolver: typeResolver(bound),
  });
  if (result instanceof Promise) throw new Error('completion is synchronous');
  return result;
}

/** Fields stand in the data under their response keys. */
const readField: GraphQLFieldResolver<unknown, unknown> = (source, _args, _context, info) => {
  const value = (source as Record<string, unknown> | undefined)?.[info.path.key];
  const named = getNamedType(info.returnType);
  const read = (item: unknown): unknown => {
    if (Array.isArray(item)) return item.map(read);
    if (typeof item !== 'string' || !item.startsWith(mark)) return item;
    const raw = item.slice(1);
    if (raw === '') return null;
    return (named.name === 'Float' || named.name === 'Int') && !isEnumType(named) ? Number(raw) : raw;
  };
  return read(value);
};

/** An object of an abstract type tells its shape by the blanks behind its brace; a marked text is a shape unknown. */
const typeResolver =
  (bound: BoundSchema): GraphQLTypeResolver<unknown, unknown> =>
  (value, context, info, abstractType) => {
    const type = bound.types[abstractType.name];
    if (typeof value === 'string') {
      throw unknownShape(abstractType.name, type?.kind === 'abstract' ? type.discriminator : '', value);
    }
    const tag = (value as Record<string, number | undefined>)[mark];
    if (tag !== undefined && type?.kind === 'abstract') return Object.values(type.variants)[tag - 1];
    if (tag !== undefined && abstractType.name === 'Node') return nodeTypes(info.schema)[tag - 1];
    return defaultTypeResolver(value, context, info, abstractType);
  };

/** What graphql-js would say of a row whose discriminator names no type. */
export const unknownShape = (type: string, column: string, value: string): GraphQLError =>
  new GraphQLError(`${type} has no type for ${column} "${value}".`);

/** Stands in parsed data for `marker`: half a surrogate pair, which no text of PostgreSQL holds. */
const mark = '\ud800';

/** Parses what is nearly JSON: marked values, bare NaN and Infinity, and blanks behind a brace. */
export function readSuspect(data: string): unknown {
  const json = data.replace(
    /"(?:[^"\\]|\\.)*"|\{ +(\}?)|-?(?:NaN|Infinity)/g,
    (token, close: string | undefined) => {
      if (token.startsWith('"')) return token.includes(marker) ? token.replace(marker, '\\ud800') : token;
      if (token.startsWith('{'))
        return `{"\\ud800":${token.length - 1 - (close?.length ?? 0)}${close ? '}' : ','}`;
      return `"\\ud800${token}"`;
    },
  );
  return JSON.parse(json) as unknown;
}
