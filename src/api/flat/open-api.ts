import {
  Kind,
  valueFromASTUntyped,
  type GraphQLSchema,
  type TypeNode,
  type VariableDefinitionNode,
} from 'graphql';
import { flatFormats, flatTypes, type FlatFormat } from './flat-format.js';
import { rowItemSchema, scalarSchema } from './row-schema.js';
import type { TrustedOperation } from './trusted-operation.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * The trusted operations as OpenAPI 3.1, so that tools can read what may be asked, and make clients of it:
 * https://spec.openapis.org/oas/v3.1.1.html
 */
export function openApi(
  operations: readonly TrustedOperation[],
  schema: GraphQLSchema | undefined,
  generation: string,
): Json {
  return {
    openapi: '3.1.1',
    info: {
      title: 'thau: flat rows',
      version: generation,
      description:
        'Rows of trusted operations. Each has one column per field, in this order, in every row. The version is the published generation.',
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { basic: [] }, { header: [] }, { query: [] }],
    paths: Object.fromEntries(
      operations.flatMap((operation) => flatFormats.map((format) => path(operation, format, schema))),
    ),
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        basic: { type: 'http', scheme: 'basic', description: 'Any user; the key is the password.' },
        header: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        query: { type: 'apiKey', in: 'query', name: 'key', description: 'Keys of the kind bi alone.' },
      },
      schemas: {
        Errors: {
          type: 'object',
          required: ['errors'],
          properties: {
            errors: {
              type: 'array',
              items: {
                type: 'object',
                required: ['message', 'extensions'],
                properties: {
                  message: { type: 'string' },
                  extensions: {
                    type: 'object',
                    required: ['code'],
                    properties: { code: { type: 'string' }, hint: { type: 'string' } },
                  },
                },
              },
            },
          },
        },
        ...Object.fromEntries(
          operations.map((operation) => [operation.name, rowItemSchema(operation.columns, schema)]),
        ),
      },
      responses: {
        Gone: {
          description: 'The generation that _after goes on in is no longer kept; begin again without it.',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Errors' } } },
        },
        Refused: {
          description: 'Why there are no rows.',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Errors' } } },
        },
      },
    },
  };
}

function path(
  operation: TrustedOperation,
  format: FlatFormat,
  schema: GraphQLSchema | undefined,
): readonly [string, Json] {
  return [
    `/q/${operation.name}.${format}`,
    {
      get: {
        operationId: `${operation.name}_${format}`,
        ...(operation.description !== undefined && { summary: operation.description }),
        parameters: [
          ...operation.variables.flatMap((variable) => parameter(variable, schema)),
          ...(format === 'csv' ? csvParameters : []),
        ],
        responses: {
          200: { description: 'The rows.', headers: headers(operation), content: content(operation, format) },
          ...(operation.variables.some(({ variable }) => variable.name.value === 'after') && {
            410: { $ref: '#/components/responses/Gone' },
          }),
          304: { description: 'They are still what If-None-Match names.' },
          '4XX': { $ref: '#/components/responses/Refused' },
          '5XX': { $ref: '#/components/responses/Refused' },
        },
      },
    },
  ];
}

function headers({ variables }: TrustedOperation): Json {
  const text = (description: string): Json => ({ description, schema: { type: 'string' } });
  return {
    'X-Thau-Generation': text('The generation that the rows are of.'),
    ...(variables.some(({ variable }) => variable.name.value === 'after') && {
      Link: text('The next page, where _limit is up to 1,000 and there is one: <…>; rel="next".'),
    }),
  };
}

function content(operation: TrustedOperation, format: FlatFormat): Json {
  const row = { $ref: `#/components/schemas/${operation.name}` };
  if (format === 'json') return { 'application/json': { schema: { type: 'array', items: row } } };
  if (format === 'csv') return { 'text/csv': { schema: { type: 'string' } } };
  if (format === 'arrow') {
    const description = 'A stream of Apache Arrow: the schema, then record batches.';
    const schema = { type: 'string', contentMediaType: flatTypes.arrow, description };
    return { [flatTypes.arrow]: { schema } };
  }
  return { 'application/x-ndjson': { schema: { type: 'string', description: 'A row of JSON per line.' } } };
}

const flag = (name: string, description: string): Json => ({
  name,
  in: 'query',
  description,
  schema: { type: 'string', enum: ['1'] },
});

const csvParameters: readonly Json[] = [
  flag('_bom', 'A byte order mark before the first line, by which Excel knows UTF-8.'),
  flag('_raw', 'Without the guard that marks texts a spreadsheet would compute.'),
];

const reserved: Readonly<Record<string, readonly [name: string, description: string]>> = {
  first: ['_limit', 'How many rows at most.'],
  after: ['_after', 'Behind which row, of which generation: what the header Link of the page before says.'],
};

function parameter(node: VariableDefinitionNode, schema: GraphQLSchema | undefined): Json[] {
  const name = node.variable.name.value;
  const special = reserved[name];
  const required = node.type.kind === Kind.NON_NULL_TYPE && node.defaultValue === undefined;
  const value = node.defaultValue && valueFromASTUntyped(node.defaultValue);
  return [
    {
      name: special?.[0] ?? name,
      in: 'query',
      required,
      ...(special && { description: special[1] }),
      schema: { ...typeSchema(node.type, schema), ...(value !== undefined && { default: value }) },
      // a list is its name once more for each of its values
      ...(isList(node.type) && { style: 'form', explode: true }),
    },
  ];
}

function typeSchema(type: TypeNode, schema: GraphQLSchema | undefined): Json {
  if (type.kind === Kind.NON_NULL_TYPE) return typeSchema(type.type, schema);
  if (type.kind === Kind.LIST_TYPE) return { type: 'array', items: typeSchema(type.type, schema) };
  return scalarSchema(type.name.value, schema);
}

const isList = (type: TypeNode): boolean =>
  type.kind === Kind.LIST_TYPE || (type.kind === Kind.NON_NULL_TYPE && type.type.kind === Kind.LIST_TYPE);
