import type { CodeDoc } from '../code.js';

export const schemaCodes = {
  SCHEMA_SYNTAX: {
    cause: 'A file in `schema/` is not GraphQL.',
    cure: 'Correct the file at the place named.',
  },
  SCHEMA_INVALID: {
    cause:
      'The SDL breaks a rule of GraphQL: an unknown type, a field declared twice, an interface not implemented.',
    cure: 'Correct the definition at the place named.',
  },
  SCHEMA_DIRECTIVE: {
    cause:
      'A binding directive is defined otherwise than thau reads it, or a field carries two that exclude each other.',
    cure: 'Leave out the definition (thau brings it), or keep one of the directives.',
  },
  SCHEMA_UNKNOWN_MODEL: {
    cause: 'The SDL names a model that the generation does not publish.',
    cure: 'Correct the name, or build the model in the same run.',
  },
  SCHEMA_UNKNOWN_COLUMN: {
    cause: 'The SDL names a column that the model does not have.',
    cure: 'Correct the name, or add the column to the model.',
  },
  SCHEMA_UNKNOWN_TYPE: {
    cause: 'A field is of a type that no file declares.',
    cure: 'Correct the name, or declare the type with @relation.',
  },
  SCHEMA_UNBOUND_TYPE: {
    cause: 'A field holds a type that is bound to no model.',
    cure: 'Add @relation(model:, key:) to the type.',
  },
  SCHEMA_UNBOUND_FIELD: {
    cause: 'A GraphQL field is backed by no column, relation or function.',
    cure: 'Name the column by @column, or say by @one, @many or @call where its value comes from.',
  },
  SCHEMA_TYPE: {
    cause: 'A field or argument has a type that its column or directive cannot give.',
    cure: 'Declare the type that the message names, or cast the column in its model.',
  },
  SCHEMA_NULLABLE: {
    cause: 'A field ends in "!", but nothing proves that its column always has a value.',
    cure: 'Give the column a not_null test or constraint, or leave out the "!".',
  },
  SCHEMA_KEY: {
    cause: "The columns of a type's key are not proven to tell rows apart.",
    cure: 'Give the model a unique test or index over them.',
  },
  SCHEMA_ENUM: {
    cause: "An enum's values differ from what the column's accepted_values test lets in.",
    cure: 'Make both lists equal; values are stored in lower case.',
  },
  SCHEMA_JOIN: {
    cause: 'It is not clear, or not possible, how two relations are joined.',
    cure: 'Write on: ["<column here> = <column there>"] with columns of comparable types.',
  },
  SCHEMA_ORDER: {
    cause: 'An order is not a column with asc or desc.',
    cure: 'Write "ordered_at desc".',
  },
  SCHEMA_DISCRIMINATOR: {
    cause: 'An interface or union over one relation does not say, for every row, which type it is.',
    cure: 'Name the discriminator column, and declare an object type for each of its values.',
  },
  SCHEMA_FUNCTION: {
    cause: 'A function named by @call does not exist, or is VOLATILE.',
    cure: 'Create it as STABLE or IMMUTABLE in on-run-start.',
  },
  SCHEMA_NAME_TAKEN: {
    cause:
      "The SDL declares a type whose name thau needs for a generated one; or, as a warning, a type of the name of one of thau's, such as `Run`, whose part of the schema (`warehouse`) is then left out.",
    cure: 'Rename the type, or declare the root field of the part left out as it is wanted.',
  },
} as const satisfies Record<string, CodeDoc>;
