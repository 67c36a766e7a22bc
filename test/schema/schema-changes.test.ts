import { expect, test } from 'vitest';
import { schemaChanges } from '../../src/schema/schema-changes.js';

const before = `
  type Query { customer(id: ID!): Customer }
  type Customer { id: ID! city: String @deprecated(reason: "Use province.") province: String stage: Stage }
  enum Stage { NEW LOYAL LOST @deprecated(reason: "Use LAPSED.") }
`;
const words = (after: string): string[] =>
  schemaChanges(before, after).map(({ level, type, message }) => `${level} ${type}: ${message}`);

test('equal schemas differ in nothing', () => {
  expect(words(before)).toEqual([]);
});

test('what clients ask for and is gone breaks; what was deprecated first is retired', () => {
  const after = `
    type Query { customer(id: ID!): Customer }
    type Customer { id: ID! stage: Stage }
    enum Stage { NEW LOYAL }
  `;
  expect(words(after)).toEqual([
    'breaking FIELD_REMOVED: Customer.province was removed.',
    'retired FIELD_REMOVED: Customer.city was removed.',
    'retired VALUE_REMOVED_FROM_ENUM: LOST was removed from enum type Stage.',
  ]);
});

test('additions are safe, but a value more may surprise', () => {
  const after = `
    type Query { customer(id: ID!, asOf: String): Customer customers: [Customer!]! }
    type Customer { id: ID! city: String @deprecated(reason: "Use province.") province: String @deprecated(reason: "Use region.")
      region: String stage: Stage }
    enum Stage { NEW LOYAL LOST @deprecated(reason: "Use LAPSED.") LAPSED }
    type Order { id: ID! }
  `;
  expect(words(after)).toEqual([
    'dangerous OPTIONAL_ARG_ADDED: An optional arg asOf on Query.customer was added.',
    'dangerous VALUE_ADDED_TO_ENUM: LAPSED was added to enum type Stage.',
    'safe DEPRECATED: Customer.province was deprecated: Use region.',
    'safe FIELD_ADDED: Customer.region was added.',
    'safe TYPE_ADDED: Order was added.',
    'safe FIELD_ADDED: Query.customers was added.',
  ]);
});

test('a type that changes, an argument that becomes required, and a type that goes break', () => {
  const after = `
    type Query { customer(id: ID!, store: ID!): Customer }
    type Customer { id: ID! city: String province: [String] stage: String }
  `;
  expect(words(after)).toEqual([
    'breaking REQUIRED_ARG_ADDED: A required arg store on Query.customer was added.',
    'breaking FIELD_CHANGED_KIND: Customer.province changed type from String to [String].',
    'breaking FIELD_CHANGED_KIND: Customer.stage changed type from Stage to String.',
    'breaking TYPE_REMOVED: Stage was removed.',
  ]);
});
