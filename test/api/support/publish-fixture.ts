import type { CatalogRelation } from '../../../src/schema/catalog.js';
import { boundMetrics } from '../../../src/semantic/bound-metrics.js';
import type { SemanticDefinitions } from '../../../src/semantic/definition.js';
import type { StateDatabase } from '../../support/state-database.js';

export interface Fixture {
  /** SDL of the generation, as one file. */
  readonly sdl: string;
  /** Model to the SQL that makes its table, `select … as customer_id`. */
  readonly models: Readonly<Record<string, string>>;
  /** Trusted operations by file name. */
  readonly operations?: Readonly<Record<string, string>>;
  /** Fragments to keep ready, by file name. */
  readonly documents?: Readonly<Record<string, string>>;
  /** Model to the columns of its key. */
  readonly keys?: Readonly<Record<string, readonly string[]>>;
  /** What metrics are computed of. */
  readonly semantics?: SemanticDefinitions;
  /** Models that rules of segments may look at. */
  readonly ruleModels?: readonly string[];
}

/**
 * Publishes by hand what a build would: tables of a new generation, their mapping, the artifacts, and the pointer, in
 * one transaction with its notification. Answers with the generation.
 */
export async function publishFixture(home: StateDatabase, fixture: Fixture): Promise<string> {
  const { database } = home;
  return database.transaction(async (tx) => {
    const { rows } = await tx.query<{ run_id: number }>(
      `insert into thau.runs (trigger, command, state, target, host, pid, token, finished_at)
       values ('manual', 'build', 'published', 'dev', 'test', 1, 1, now()) returning run_id`,
    );
    const generation = String(rows[0]?.run_id);
    const schema = `unified__r${generation}`;
    await tx.query(`create schema ${schema}`);
    const relations: CatalogRelation[] = [];
    for (const [model, select] of Object.entries(fixture.models)) {
      await tx.query(`create table ${schema}.${model} as ${select}`);
      const key = fixture.keys?.[model] ?? [];
      if (key.length > 0)
        await tx.query(`alter table ${schema}.${model} add primary key (${key.join(', ')})`);
      await tx.query(`analyze ${schema}.${model}`);
      const columns = await tx.query<{ name: string; type: string; notNull: boolean }>(
        `select attname as name, format_type(atttypid, atttypmod) as type, attnotnull as "notNull"
         from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
        [`${schema}.${model}`],
      );
      relations.push({
        model,
        nodeId: `model.shop.${model}`,
        schema,
        name: model,
        kind: 'table',
        columns: columns.rows,
        unique: key.length > 0 ? [key] : [],
        indexes: key.length > 0 ? [key] : [],
        estimatedRows: 10,
      });
    }
    await tx.query('insert into thau.generations (generation, run_id) values ($1, $1)', [generation]);
    for (const relation of relations) {
      await tx.query(
        `insert into thau.mapping (generation, node_id, schema_name, name, relation_schema, relation_name,
                                   relation_kind, built_by) values ($1, $2, 'unified', $3, $4, $5, 'table', $1)`,
        [generation, relation.nodeId, relation.model, relation.schema, relation.name],
      );
    }
    const operations = Object.entries(fixture.operations ?? {});
    const sdl = [
      { file: 'schema/shop.graphql', text: fixture.sdl },
      ...operations.map(([file, text]) => ({ file: `schema/operations/${file}`, text })),
      ...Object.entries(fixture.documents ?? {}).map(([file, text]) => ({
        file: `schema/documents/${file}`,
        text,
      })),
    ];
    const metrics = fixture.semantics && { metrics: boundMetrics(fixture.semantics) };
    const manifest = fixture.ruleModels && {
      manifest: {
        nodes: [
          {
            name: 'segment_rule_members',
            depends_on: fixture.ruleModels.map((model) => `model.shop.${model}`),
          },
        ],
      },
    };
    for (const [kind, content] of Object.entries({ sdl, catalog: { relations }, ...metrics, ...manifest })) {
      await tx.query('insert into thau.artifacts (generation, kind, content) values ($1, $2, $3)', [
        generation,
        kind,
        JSON.stringify(content),
      ]);
    }
    await tx.query(
      `insert into thau.pointer (generation) values ($1)
       on conflict (only_row) do update set generation = excluded.generation`,
      [generation],
    );
    await tx.query(`select pg_notify('thau_publish', $1)`, [generation]);
    return generation;
  });
}

/** A small shop: three customers, their orders, and an order that has no amount. */
export const shop: Fixture = {
  sdl: `
    type Customer implements Node @relation(model: "customers", key: ["customer_id"]) {
      id: ID!
      customerId: Int!
      fullName: String
      orders: OrderConnection! @many(on: ["customer_id"], order: ["ordered_at desc"])
    }
    type Order implements Node @relation(model: "orders", key: ["order_id"]) {
      id: ID!
      orderId: Int!
      orderedAt: DateTime!
      amount: Decimal!
      customer: Customer @one(on: ["customer_id"])
    }
    type Receipt { requestId: BigInt! kind: String! state: String! }
    extend type Query {
      customer(id: ID!): Customer @one
      customers: CustomerConnection! @many
      order(id: ID!): Order @one
    }
    type Mutation {
      startRun(select: [String!], exclude: [String!], fullRefresh: Boolean = false): Receipt!
      cancelRun(runId: BigInt!): Receipt!
    }
  `,
  models: {
    customers: `select * from (values (1, 'Nguyễn Thị Ánh'), (2, 'Trần "Bảo"'), (3, null)) as c (customer_id, full_name)`,
    orders: `select * from (values
        (10, 1, timestamptz '2026-01-05 03:00:00Z', 1250000.50::numeric),
        (11, 1, timestamptz '2026-02-05 03:00:00.25Z', 90000),
        (12, 2, timestamptz '2026-02-06 03:00:00Z', null)) as o (order_id, customer_id, ordered_at, amount)`,
  },
  keys: { customers: ['customer_id'], orders: ['order_id'] },
};
