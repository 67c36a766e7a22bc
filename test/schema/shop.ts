import type { Catalog, CatalogColumn, CatalogRelation, SdlSource } from '../../src/schema/catalog.js';

/** A small shop, as most tests of schema and query bind it. */
export const shopSdl = /* GraphQL */ `
  "One person."
  type Customer implements Node @relation(model: "customers", key: ["customer_id"]) {
    id: ID!
    customerId: ID!
    fullName: String @pii(kind: NAME)
    email: String @pii(kind: EMAIL)
    city: String @column(name: "home_city")
    lifetimeValue: Decimal @unit(code: "VND")
    churnRisk: Float
    nps: Int
    tags: [String!]
    profile: JSON
    birthDate: Date @pii(kind: BIRTH_DATE)
    createdAt: DateTime!
    scores(names: [String!] @where(column: "name", op: IN)): [Score!]!
      @many(on: ["customer_id"], order: ["name"])
    orders: OrderConnection! @many(on: ["customer_id"], order: ["ordered_at desc"])
    recentOrders: [Order!]! @many(on: ["customer_id"], order: ["ordered_at desc"], aggregate: false)
    lastOrder: Order @one(on: ["last_order_id = order_id"])
    segments: [Segment!]!
      @many(
        order: ["name"]
        via: { model: "segment_members", from: ["customer_id"], to: ["segment_id"], where: "left_at is null" }
      )
    timeline: TouchpointConnection! @many(on: ["customer_id"], order: ["occurred_at desc"])
    touches: [Touch!]! @many(on: ["customer_id"], order: ["occurred_at"], aggregate: false)
    whySame(other: ID!): JSON @call(function: "why_same")
  }

  type Score @relation(model: "scores", key: ["customer_id", "name"]) {
    name: String!
    value: Float!
    computedAt: DateTime
    customer: Customer! @one
  }

  type Order implements Node @relation(model: "orders", key: ["order_id"]) {
    id: ID!
    orderId: BigInt!
    status: OrderStatus!
    revenue: Decimal
    itemCount: Int
    orderedAt: DateTime!
    shippedOn: Date
    customer: Customer @one(on: ["customer_id"])
  }

  enum OrderStatus {
    PLACED
    DELIVERED
    RETURNED
    COD_REFUSED
  }

  type Segment @relation(model: "segments", key: ["segment_id"]) {
    segmentId: Int!
    name: String!
    members: CustomerConnection!
      @many(
        via: { model: "segment_members", from: ["segment_id"], to: ["customer_id"], where: "left_at is null" }
      )
  }

  "One table, many shapes."
  interface Touchpoint @relation(model: "touchpoints", key: ["touchpoint_id"], discriminator: "kind") {
    occurredAt: DateTime!
    channel: String
    customer: Customer @one(on: ["customer_id"])
  }
  type Visit implements Touchpoint {
    occurredAt: DateTime!
    channel: String
    pageUrl: String
    customer: Customer
  }
  type Call implements Touchpoint & Node {
    id: ID!
    occurredAt: DateTime!
    channel: String
    waitSeconds: Int
    customer: Customer @one(on: ["customer_id"])
  }
  union Touch = Visit | Call

  input CustomerBy @oneOf {
    id: ID
    email: EmailAddress
    phone: PhoneNumber
    externalId: String
  }

  extend type Query {
    customer(by: CustomerBy!): Customer @one
    customerById(id: ID!): Customer @one
    customers: CustomerConnection! @many
    orders: OrderConnection! @many(order: ["ordered_at desc"])
    allOrders(status: OrderStatus, min: Decimal @where(column: "revenue", op: GTE)): [Order!]! @many
    segments: [Segment!]! @many(order: ["segment_id"])
    segment(name: String!): Segment @one
    touchpoints: [Touchpoint!]! @many(order: ["occurred_at"])
    shop: Shop!
  }

  "What the shop is, without a table."
  type Shop {
    customers: [Customer!]! @many
    bestScores(atLeast: Float @where(column: "value", op: GTE)): [Score!]! @many(order: ["value desc"])
  }
`;

const column = (name: string, type: string, more: Partial<CatalogColumn> = {}): CatalogColumn => ({
  name,
  type: type.replace('!', ''),
  notNull: type.endsWith('!'),
  ...more,
});

const relation = (
  model: string,
  columns: readonly CatalogColumn[],
  key: readonly string[],
  indexes: readonly (readonly string[])[] = [],
): CatalogRelation => ({
  model,
  nodeId: `model.shop.${model}`,
  schema: 'shop',
  name: model,
  kind: 'table',
  columns,
  unique: [key],
  indexes: [key, ...indexes],
  estimatedRows: 100,
});

export const shopCatalog: Catalog = {
  relations: [
    relation(
      'customers',
      [
        column('customer_id', 'bigint!'),
        column('full_name', 'text'),
        column('email', 'text'),
        column('home_city', 'text'),
        column('lifetime_value', 'numeric(14,2)'),
        column('churn_risk', 'double precision'),
        column('nps', 'integer'),
        column('tags', 'text[]'),
        column('profile', 'jsonb'),
        column('birth_date', 'date'),
        column('created_at', 'timestamp with time zone!'),
        column('last_order_id', 'bigint'),
      ],
      ['customer_id'],
    ),
    relation(
      'scores',
      [
        column('customer_id', 'bigint!'),
        column('name', 'text!', { acceptedValues: ['churn', 'ltv', 'health'] }),
        column('value', 'double precision!'),
        column('computed_at', 'timestamp with time zone'),
      ],
      ['customer_id', 'name'],
    ),
    relation(
      'orders',
      [
        column('order_id', 'bigint!'),
        column('customer_id', 'bigint'),
        column('status', 'text!', { acceptedValues: ['placed', 'delivered', 'returned', 'cod_refused'] }),
        column('revenue', 'numeric'),
        column('item_count', 'bigint'),
        column('ordered_at', 'timestamp with time zone!'),
        column('shipped_on', 'date'),
      ],
      ['order_id'],
      [['customer_id', 'ordered_at', 'order_id'], ['ordered_at']],
    ),
    relation('segments', [column('segment_id', 'integer!'), column('name', 'text!')], ['segment_id']),
    relation(
      'segment_members',
      [
        column('segment_id', 'integer!'),
        column('customer_id', 'bigint!'),
        column('left_at', 'timestamp with time zone'),
      ],
      ['segment_id', 'customer_id'],
    ),
    relation(
      'touchpoints',
      [
        column('touchpoint_id', 'bigint!'),
        column('customer_id', 'bigint'),
        column('kind', 'text!'),
        column('occurred_at', 'timestamp with time zone!'),
        column('channel', 'text'),
        column('page_url', 'text'),
        column('wait_seconds', 'integer'),
      ],
      ['touchpoint_id'],
    ),
    relation(
      'identities',
      [
        column('customer_id', 'bigint!'),
        column('identifier_type', 'text!'),
        column('identifier_value', 'text!'),
      ],
      ['identifier_type', 'identifier_value'],
    ),
  ],
  functions: [
    { schema: 'shop', name: 'why_same', volatility: 'stable' },
    { schema: 'shop', name: 'roll_dice', volatility: 'volatile' },
  ],
};

export const shopSources: readonly SdlSource[] = [{ file: 'schema/shop.graphql', text: shopSdl }];
