import { describe, expect, test } from 'vitest';
import { bindSchema } from '../../src/schema/bind-schema.js';
import { shopCatalog, shopSdl } from './shop.js';

/** The shop's SDL with one thing changed, and what is said of it. */
function faults(from: string, to: string): string[] {
  expect(shopSdl).toContain(from);
  const text = shopSdl.replace(from, to);
  const { errors, warnings } = bindSchema([{ file: 'schema/shop.graphql', text }], shopCatalog);
  const found = [...errors, ...warnings];
  expect(found.map((error) => error.at?.file)).toContain('schema/shop.graphql');
  return found.map(({ code, message, hint }) =>
    `${code}: ${message.replace(/\.$/, '')}. ${hint ?? ''}`.trim(),
  );
}

describe('a schema that does not fit', () => {
  test.each([
    ['syntax', 'type Score @relation', 'typo Score @relation', 'SCHEMA_SYNTAX: Unexpected Name "typo".'],
    [
      'an unknown model',
      'model: "orders"',
      'model: "order"',
      'SCHEMA_UNKNOWN_MODEL: type Order is bound to model "order", which is not published. Did you mean "orders"?',
    ],
    [
      'an unknown key',
      'key: ["order_id"]',
      'key: ["orderid"]',
      'SCHEMA_UNKNOWN_COLUMN: the key of type Order names column "orderid", which model "orders" does not have. Did you mean "order_id"?',
    ],
    [
      'a key that is not unique',
      'key: ["order_id"]',
      'key: ["customer_id"]',
      'SCHEMA_KEY: the key of type Order (customer_id) is not proven unique in model "orders". Give the model a unique test, a unique index, or a unique_key of these columns.',
    ],
    [
      'a field without a column',
      'nps: Int',
      'npss: Int',
      'SCHEMA_UNBOUND_FIELD: Customer.npss has no column: model "customers" has no "npss". Did you mean "nps"?',
    ],
    [
      'an unknown column by name',
      '@column(name: "home_city")',
      '@column(name: "hom_city")',
      'SCHEMA_UNKNOWN_COLUMN: Customer.city names column "hom_city", which model "customers" does not have. Did you mean "home_city"?',
    ],
    [
      'a type the column cannot give',
      'nps: Int',
      'nps: Boolean',
      'SCHEMA_TYPE: Customer.nps is Boolean, but column "nps" of model "customers" is integer. Declare it Int, or cast the column in its model.',
    ],
    [
      'a list that is none',
      'nps: Int',
      'nps: [Int!]',
      'SCHEMA_TYPE: Customer.nps is [Int], but column "nps" of model "customers" is integer. Declare it Int, or cast the column in its model.',
    ],
    [
      'a value that may be missing',
      'nps: Int',
      'nps: Int!',
      'SCHEMA_NULLABLE: Customer.nps is never null, but nothing proves that column "nps" of model "customers" has a value in every row. Give the column a not_null test, or leave out the "!".',
    ],
    [
      'an enum that lacks a value',
      '    COD_REFUSED\n',
      '',
      'SCHEMA_ENUM: Order.status is OrderStatus, which lacks "cod_refused" of the column\'s accepted values. Add COD_REFUSED to enum OrderStatus.',
    ],
    [
      'an enum value that never comes',
      '    COD_REFUSED\n',
      '    COD_REFUSED\n    LOST\n',
      'SCHEMA_ENUM: enum OrderStatus has LOST, which the column of Order.status never holds. Remove the value, or add it to the accepted_values test.',
    ],
    [
      'a join on an unknown column',
      '"last_order_id = order_id"',
      '"last_orderid = order_id"',
      'SCHEMA_UNKNOWN_COLUMN: Customer.lastOrder names column "last_orderid", which model "customers" does not have. Did you mean "last_order_id"?',
    ],
    [
      'a join that is no join',
      '"last_order_id = order_id"',
      '"last_order_id == order_id"',
      'SCHEMA_JOIN: Customer.lastOrder joins on "last_order_id == order_id", which is not a column or "column = column". Write "customer_id", or "last_order_id = order_id" with this side first.',
    ],
    [
      'a join of types that do not compare',
      '"last_order_id = order_id"',
      '"created_at = order_id"',
      'SCHEMA_JOIN: Customer.lastOrder joins customers.created_at (timestamp with time zone) to orders.order_id (bigint), which PostgreSQL cannot compare. Cast one of them in its model.',
    ],
    [
      'an order that is none',
      'order: ["occurred_at desc"]',
      'order: ["occurred_at down"]',
      'SCHEMA_ORDER: Customer.timeline is ordered by "occurred_at down", which is not a column with asc or desc. Write "ordered_at desc" or "name nulls first".',
    ],
    [
      'a via that is not published',
      'model: "segment_members", from: ["customer_id"]',
      'model: "segment_member", from: ["customer_id"]',
      'SCHEMA_UNKNOWN_MODEL: Customer.segments goes via model "segment_member", which is not published. Did you mean "segment_members"?',
    ],
    [
      'two bindings',
      'lastOrder: Order @one(',
      'lastOrder: Order @column(name: "x") @one(',
      'SCHEMA_DIRECTIVE: Customer.lastOrder is bound twice, by @column and @one. Keep one of them.',
    ],
    [
      'a relation without a word how',
      'lastOrder: Order @one(on: ["last_order_id = order_id"])',
      'lastOrder: Order',
      'SCHEMA_UNBOUND_FIELD: Customer.lastOrder is of type Order, and nothing says which rows it holds. Add @one(on: […]).',
    ],
    [
      'an interface without a discriminator',
      'key: ["touchpoint_id"], discriminator: "kind"',
      'key: ["touchpoint_id"]',
      'SCHEMA_DISCRIMINATOR: interface Touchpoint does not say which column names the type of a row. Add discriminator: "<column>" to @relation.',
    ],
    [
      'a VOLATILE function',
      'function: "why_same"',
      'function: "roll_dice"',
      'SCHEMA_FUNCTION: Customer.whySame calls function "roll_dice", which is VOLATILE: it could read another generation than the rest. Create it as STABLE or IMMUTABLE.',
    ],
    [
      'a VOLATILE function in the place of a relation',
      '@one(on: ["last_order_id = order_id"])',
      '@one(on: ["last_order_id = order_id"], call: "roll_dice")',
      'SCHEMA_FUNCTION: Customer.lastOrder calls function "roll_dice", which is VOLATILE: it could read another generation than the rest. Create it as STABLE or IMMUTABLE.',
    ],
    [
      'a function that does not exist',
      'function: "why_same"',
      'function: "why_sam"',
      'SCHEMA_FUNCTION: Customer.whySame calls function "why_sam", which the database does not have. Did you mean "why_same"?',
    ],
    [
      'an argument without a column',
      'atLeast: Float @where(column: "value", op: GTE)',
      'atLeast: Float',
      'SCHEMA_UNKNOWN_COLUMN: argument atLeast of Shop.bestScores compares with column "at_least", which model "scores" does not have. Name the column by @where(column:).',
    ],
    [
      'a name that is generated',
      'type Shop {',
      'input OrderFilter { x: Int }\n  type Shop {',
      'SCHEMA_NAME_TAKEN: type OrderFilter is declared, but thau generates a type of that name. Give it another name.',
    ],
    [
      'a type that no file declares',
      'lastOrder: Order @one',
      'lastOrder: Ordr @one',
      'SCHEMA_UNKNOWN_TYPE: Customer.lastOrder holds Ordr, which no file declares. Did you mean "Order"?',
    ],
    [
      'a root bound to nothing',
      'shop: Shop!',
      'shop: Shop!\n    motto: String',
      'SCHEMA_UNBOUND_FIELD: Query.motto is bound to nothing. Add @one or @many for rows, @call for a function, @metrics for metrics.',
    ],
    [
      'another meaning of a directive',
      'type Shop {',
      'directive @column(nam: String) on FIELD_DEFINITION\n  type Shop {',
      'SCHEMA_DIRECTIVE: directive @column is defined otherwise than thau reads it. Leave it out, or write: directive @column(name: String!) on FIELD_DEFINITION',
    ],
  ])('%s', (_, from, to, wanted) => {
    expect(faults(from, to)).toContain(wanted);
  });

  test('a field declared twice is GraphQL’s own fault, with its place', () => {
    expect(faults('nps: Int', 'nps: Int\n    nps: Int')).toContain(
      'SCHEMA_INVALID: Field "Customer.nps" can only be defined once.',
    );
  });
});

describe("a type of the project that is called as one of thau's", () => {
  const own = (name: string, more = ''): ReturnType<typeof bindSchema> =>
    bindSchema(
      [
        { file: 'schema/shop.graphql', text: shopSdl },
        {
          file: 'schema/own.graphql',
          text: `type ${name} @relation(model: "orders", key: ["order_id"]) { orderId: BigInt! } extend type Query { own: [${name}!]! @many ${more} }`,
        },
      ],
      shopCatalog,
    );
  const taken = ({ warnings }: ReturnType<typeof bindSchema>): string[] =>
    warnings.filter(({ code }) => code === 'SCHEMA_NAME_TAKEN').map(({ message }) => message);

  test.each(['Warehouse', 'Generation', 'Run', 'RunNode', 'Model', 'ModelColumn', 'Schedule', 'RunRequest'])(
    '%s wins: the warehouse is left out whole, the rest of the schema holds, and both are named',
    (name) => {
      const bound = own(name);
      expect(bound.errors).toEqual([]);
      expect(taken(bound)).toEqual([
        `type ${name} is the project's own, so Query.warehouse of thau (thau/warehouse.graphql), which declares a type ${name} too, is left out`,
      ]);
      const query = bound.schema?.types['Query'];
      expect(Object.keys(query?.fields ?? {})).toEqual(
        expect.arrayContaining(['own', 'customers', 'metricCatalog', 'node']),
      );
      expect(query?.fields).not.toHaveProperty('warehouse');
      expect(bound.schema?.types['Metric']?.fields).not.toHaveProperty('model');
      expect(bound.schema?.types[name]).toMatchObject({ kind: 'object', model: 'orders' });
    },
  );

  test('Metric wins: the catalog of metrics is left out, the warehouse stays', () => {
    const bound = own('Metric');
    expect(bound.errors).toEqual([]);
    expect(taken(bound)).toEqual([
      "type Metric is the project's own, so Query.metricCatalog and Query.metric of thau (thau/metric-catalog.graphql), which declares a type Metric too, is left out",
    ]);
    expect(bound.schema?.types['Query']?.fields).toHaveProperty('warehouse');
  });

  test.each(['RunState', 'RequestState'])('an enum %s wins too', (name) => {
    const bound = bindSchema(
      [
        { file: 'schema/shop.graphql', text: shopSdl },
        { file: 'schema/own.graphql', text: `enum ${name} { ON OFF }` },
      ],
      shopCatalog,
    );
    expect(bound.errors).toEqual([]);
    expect(taken(bound)).toHaveLength(1);
  });

  test('with a warehouse of its own nothing is told: the project meant it', () => {
    const bound = own('Run', 'warehouse: [Run!]! @many');
    expect(bound.errors).toEqual([]);
    expect(taken(bound)).toEqual([]);
  });
});
