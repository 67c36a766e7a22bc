import { isEnumType, type GraphQLSchema } from 'graphql';
import type { FlatColumn, TrustedOperation } from './trusted-operation.js';

type Json = Readonly<Record<string, unknown>>;

const types: Readonly<Record<string, Json>> = {
  Int: { type: 'integer' },
  BigInt: { type: 'integer' },
  Float: { type: 'number' },
  Decimal: { type: 'number' },
  Boolean: { type: 'boolean' },
  DateTime: { type: 'string', format: 'date-time' },
  Date: { type: 'string', format: 'date' },
  JSON: {},
};

/** JSON Schema of a scalar or enum: https://json-schema.org/draft/2020-12 */
export function scalarSchema(name: string, schema: GraphQLSchema | undefined): Json {
  const type = schema?.getType(name);
  if (isEnumType(type)) return { type: 'string', enum: type.getValues().map((value) => value.name) };
  return types[name] ?? { type: 'string' };
}

/** The same, or null. */
function nullable(schema: Json): Json {
  if (typeof schema['type'] !== 'string') return schema;
  const values = schema['enum'] as readonly unknown[] | undefined;
  return { ...schema, type: [schema['type'], 'null'], ...(values && { enum: [...values, null] }) };
}

/** JSON Schema of one row of an operation. */
export function rowItemSchema(columns: readonly FlatColumn[], schema: GraphQLSchema | undefined): Json {
  return {
    type: 'object',
    required: columns.map(({ name }) => name),
    properties: Object.fromEntries(
      columns.map(({ name, type, list }) => {
        const value = nullable(scalarSchema(type, schema));
        return [name, list ? { type: ['array', 'null'], items: value } : value];
      }),
    ),
  };
}

/** JSON Schema of an operation's rows. */
export function rowSchema(operation: TrustedOperation, schema?: GraphQLSchema): Json {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: operation.name,
    ...(operation.description !== undefined && { description: operation.description }),
    type: 'array',
    items: rowItemSchema(operation.columns, schema),
  };
}
