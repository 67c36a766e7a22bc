import type { CallField } from '../schema/bound-schema.js';
import type { Argument } from './arguments.js';
import { comparand } from './bind-value.js';
import type { EmitContext, Row } from './emit-context.js';
import { keyColumnReader } from './global-id.js';

/** What a function is given, each argument cast to the type that its GraphQL type says; what is not given is null. */
export function callArguments(
  context: EmitContext,
  declared: CallField['arguments'],
  given: ReadonlyMap<string, Argument>,
  row?: Row,
): readonly string[] {
  return declared.map(({ name, type, globalIdOf }) => {
    const argument = given.get(name);
    if (argument?.kind !== 'leaf') return 'null';
    if (globalIdOf !== undefined && row?.type.key.length === 1) {
      const pgType = row.relation.columns[row.type.key[0] ?? '']?.type ?? 'text';
      return comparand(context.builder, keyColumnReader(argument, [globalIdOf], 0, 1), 'ID', pgType);
    }
    return comparand(context.builder, argument.read, type, parameterTypes[type] ?? 'text');
  });
}

/** PostgreSQL's type for a scalar that a function takes or gives; everything else is text. */
export const parameterTypes: Readonly<Record<string, string>> = {
  Int: 'integer',
  Float: 'double precision',
  Boolean: 'boolean',
  Decimal: 'numeric',
  BigInt: 'bigint',
  DateTime: 'timestamp with time zone',
  Date: 'date',
  JSON: 'jsonb',
};
