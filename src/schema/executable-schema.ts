import { buildASTSchema, GraphQLScalarType, parse, type GraphQLSchema } from 'graphql';
import type { BoundSchema } from './bound-schema.js';
import { scalarTypes } from './scalars.js';

/** The bound schema as graphql-js knows it: for validation, introspection, variables, and the completion of suspects. */
export function executableSchema(bound: Pick<BoundSchema, 'sdl'>): GraphQLSchema {
  const schema = buildASTSchema(parse(bound.sdl, { noLocation: true }), {
    assumeValid: true,
    assumeValidSDL: true,
  });
  for (const [name, scalar] of Object.entries(scalarTypes)) {
    const type = schema.getType(name);
    if (type instanceof GraphQLScalarType) {
      type.parseValue = scalar.parseValue;
      type.parseLiteral = scalar.parseLiteral;
      type.serialize = scalar.serialize;
    }
  }
  return schema;
}
