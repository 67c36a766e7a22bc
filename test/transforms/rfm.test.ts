import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runThau } from '../support/run-thau.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { datasets, root } from './support/warehouse.js';

const published = join(datasets, 'rfm');

/** The published orders as this project's macro scores them: analysis date 2006-12-31, all orders. */
const model = `
with buyers as (
    select customer_id, date '2006-12-31' - max(order_date::date) as recency_days,
        count(*) as order_count, sum(revenue::numeric) as revenue
    from {{ source('published', 'orders') }}
    group by customer_id
),
rules as (select * from {{ ref('rfm_segments') }})
{{ rfm_scores('buyers', 'rules') }}
`;

let folder: string;
let database: TestDatabase | undefined;

async function thau(...args: string[]): Promise<void> {
  const ran = await runThau(args, { cwd: folder, env: { DATABASE_URL: database?.url ?? '' } });
  if (ran.code !== 0) throw new Error(ran.stdout + ran.stderr);
}

const isHere = existsSync(published);
if (!isHere) console.log(`skipped: the published RFM set is not at ${published} (THAU_DATASETS says where)`);

beforeAll(async () => {
  if (!isHere) return;
  database = await createTestDatabase();
  folder = mkdtempSync(join(tmpdir(), 'thau-rfm-'));
  for (const name of ['models', 'macros', 'seeds']) mkdirSync(join(folder, name));
  cpSync(join(root, 'transforms/macros/statistics/rfm.sql'), join(folder, 'macros/rfm.sql'));
  cpSync(join(root, 'seeds/reference/rfm_segments.csv'), join(folder, 'seeds/rfm_segments.csv'));
  writeFileSync(
    join(folder, 'dbt_project.yml'),
    'name: published_rfm\nversion: "1.0"\nprofile: published_rfm\n',
  );
  writeFileSync(join(folder, 'models/rfm.sql'), model);
  writeFileSync(
    join(folder, 'models/sources.yml'),
    'sources:\n  - name: published\n    schema: raw_published\n    tables: [{name: orders}]\n',
  );
  await thau('load', join(published, 'rfm_data_orders.csv'), '--table', 'raw_published.orders');
  await thau('build');
}, 300_000);

afterAll(async () => {
  await database?.drop();
  if (isHere) rmSync(folder, { recursive: true });
});

interface Scored {
  readonly customer_id: string;
  readonly r: number;
  readonly f: number;
  readonly m: number;
  readonly segment: string;
}

async function scored(): Promise<Scored[]> {
  const [schema] =
    (await database?.query(
      "select schemaname from pg_views where viewname = 'rfm' and schemaname not like '%\\_\\_%'",
    )) ?? [];
  return (await database?.query(
    `select customer_id, recency_score as r, frequency_score as f, monetary_score as m, segment
     from "${String(schema?.['schemaname'])}".rfm order by customer_id collate "C"`,
  )) as unknown as Scored[];
}

test.runIf(isHere)('the 995 customers of the published set get their published scores', async () => {
  const expected = parse<Record<string, string>>(
    readFileSync(join(published, 'computed_reference_scores.csv')),
    { columns: true },
  ).map((row) => ({
    customer_id: row['customer_id'] ?? '',
    r: Number(row['R']),
    f: Number(row['F']),
    m: Number(row['M']),
    segment: row['segment'] ?? '',
  }));
  const byName = (a: Scored, b: Scored): number => (a.customer_id < b.customer_id ? -1 : 1);
  expect((await scored()).sort(byName)).toEqual(expected.sort(byName));
});

test.runIf(isHere)('158 of them are Champions, as published', async () => {
  expect((await scored()).filter(({ segment }) => segment === 'Champions')).toHaveLength(158);
});
