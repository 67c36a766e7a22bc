import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runThau } from '../support/run-thau.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { root } from './support/warehouse.js';

/** A small history, told in three deliveries: each test reads what the deliveries before it left. */
let folder: string;
let database: TestDatabase;

type Row = Readonly<Record<string, string | number | boolean | null>>;

async function insert(table: string, ...rows: readonly Row[]): Promise<void> {
  for (const row of rows) {
    const columns = Object.keys(row);
    await database.query(
      `insert into ${table} (${columns.join(', ')}) values (${columns.map((_, i) => `$${String(i + 1)}`).join(', ')})`,
      Object.values(row),
    );
  }
}

async function build(): Promise<void> {
  const ran = await runThau(['build'], {
    cwd: folder,
    env: { DATABASE_URL: database.url },
  });
  if (ran.code !== 0) throw new Error(ran.stdout + ran.stderr);
}

const customerOf = async (identity: string): Promise<unknown> =>
  (
    await database.query('select customer_id from unified.identities where identity_id = $1', [identity])
  )[0]?.['customer_id'];

/** Given up by C9 in the merge. */
let givenUp: string;

const movedTo = async (number: string): Promise<unknown> =>
  (
    await database.query('select customer_id from unified.customer_moves where previous_customer_id = $1', [
      number,
    ])
  )[0]?.['customer_id'];

const customerOfRecord = async (type: string, id: string): Promise<unknown> =>
  (
    await database.query(
      'select customer_id from unified.record_identities where record_type = $1 and record_id = $2',
      [type, id],
    )
  )[0]?.['customer_id'];

const contact = (id: string, name: string, phone: string | null, email: string | null, at: string): Row => ({
  contact_id: id,
  full_name: name,
  phone,
  email,
  created_at: at,
  updated_at: at,
  _loaded_at: at,
});

const receipt = (id: string, phone: string | null, name: string | null, at: string): Row => ({
  receipt_id: id,
  store_id: 'S01',
  customer_phone: phone,
  customer_name: name,
  sold_at: '05/03/2026 10:00',
  kind: 'sale',
  total: '100.000',
  _loaded_at: at,
});

const event = (id: string, cookie: string, at: string, loaded: string): Row => ({
  event_id: id,
  anonymous_id: cookie,
  event_name: 'page_view',
  occurred_at: at,
  page: '/',
  _loaded_at: loaded,
});

beforeAll(async () => {
  database = await createTestDatabase();
  folder = mkdtempSync(join(tmpdir(), 'thau-history-'));
  for (const part of ['dbt_project.yml', 'transforms', 'seeds/reference']) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  const loaded = await runThau(['sample', 'load', '--customers', '20', '--seed', '3'], {
    cwd: folder,
    env: { DATABASE_URL: database.url },
  });
  if (loaded.code !== 0) throw new Error(loaded.stdout + loaded.stderr);
  const raw = await database.query(
    "select table_schema || '.' || table_name as name from information_schema.tables where table_schema like 'raw\\_%'",
  );
  await database.query(`truncate ${raw.map((row) => String(row['name'])).join(', ')}`);
}, 300_000);

afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true });
});

test('the first delivery: who shares a phone and bears another name is somebody else', async () => {
  const at = '2026-03-05T05:00:00Z';
  await insert('raw_pos.stores', { store_id: 'S01', name: 'Shop', _loaded_at: at });
  await insert(
    'raw_crm.contacts',
    contact('C1', 'Nguyễn Văn An', '0912 345 671', 'an@example.com', at),
    contact('C2', 'NGUYEN AN', '+84 912345671', null, at),
    contact('C3', 'Trần Thị Bình', '0912345671', 'binh@example.com', at),
    contact('C4', 'Lê Văn Cường', '0912345674', null, at),
    contact('C5', 'Phạm Dung', null, 'dung@example.com', at),
    contact('C6', 'Nobody One', '1900 1234', 'test@test.com', at),
    contact('C7', 'Nobody Two', '19001234', 'test@test.com', at),
    ...Array.from({ length: 15 }, (_, i) =>
      contact(`H${String(i)}`, `Người Thứ ${'abcdefghijklmno'.charAt(i)}x`, null, 'office@example.com', at),
    ),
  );
  await insert(
    'raw_pos.receipts',
    receipt('R1', '0912345671', 'Nguyễn Văn An', at),
    receipt('R2', '0912345671', null, at),
    receipt('R3', '0912345674', null, at),
  );
  await insert(
    'raw_web.events',
    event('W1', 'cookie-a', '2026-03-04T01:00:00Z', at),
    event('W1', 'cookie-a', '2026-03-04T01:00:00Z', '2026-03-05T05:00:01Z'),
    event('W2', 'cookie-a', '1970-01-01T00:00:10Z', at),
    event('W3', 'cookie-a', '2099-01-01T00:00:00Z', at),
  );
  await build();

  const an = await customerOf('crm_id:C1');
  expect(await customerOf('crm_id:C2'), 'one name in two writings').toBe(an);
  expect(await customerOf('crm_id:C3'), 'another name').not.toBe(an);
  expect(await customerOfRecord('receipt', 'R1'), 'a receipt with the name').toBe(an);
  expect(
    await customerOfRecord('receipt', 'R2'),
    'a receipt that names nobody, on a shared phone',
  ).toBeUndefined();
  expect(await customerOfRecord('receipt', 'R3'), 'on a phone of one person').toBe(
    await customerOf('crm_id:C4'),
  );
}, 300_000);

test('a hotline and a filler tie nobody', async () => {
  expect(await customerOf('crm_id:C6')).not.toBe(await customerOf('crm_id:C7'));
});

test('an email shared by an office ties nobody', async () => {
  const customers = new Set<unknown>();
  for (let i = 0; i < 15; i++) customers.add(await customerOf(`crm_id:H${String(i)}`));
  expect(customers.size).toBe(15);
});

test('an event delivered twice counts once; those of 1970 and 2099 are set aside with their reason', async () => {
  const rejected = await database.query(
    `select row_key, rejected_because, raw_row ->> 'event_id' as kept
     from staging.rejected_rows where entity = 'events' order by row_key, rejected_because`,
  );
  expect(rejected).toEqual([
    { row_key: 'W1', rejected_because: 'delivered again', kept: null },
    { row_key: 'W2', rejected_because: 'occurred_at before 2000', kept: 'W2' },
    { row_key: 'W3', rejected_because: 'occurred_at in the future', kept: 'W3' },
  ]);
});

test('the second delivery: an account ties a browser to a contact, and the older number stays', async () => {
  const browser = await customerOf('cookie:cookie-a');
  expect(await customerOf('crm_id:C4')).not.toBe(browser);
  const at = '2026-03-06T05:00:00Z';
  await insert('raw_ecommerce.customers', {
    customer_id: 'E1',
    email: 'dung@example.com',
    phone: '0912345674',
    full_name: 'Lê Cường',
    anonymous_id: 'cookie-a',
    registered_at: at,
    updated_at: at,
    _loaded_at: at,
  });
  await build();
  for (const identity of ['account:E1', 'crm_id:C4', 'cookie:cookie-a']) {
    expect(await customerOf(identity), identity).toBe(browser);
  }
  expect(await customerOf('crm_id:C5'), 'the email of somebody with another name').not.toBe(browser);
  expect(
    await database.query("select customer_id from unified.web_events where event_id = 'W1'"),
    'what was browsed before is filled back',
  ).toEqual([{ customer_id: browser }]);
}, 300_000);

test('the third delivery: a second account with phone and email of two customers makes them one', async () => {
  const at = '2026-03-07T05:00:00Z';
  await insert(
    'raw_crm.contacts',
    contact('C8', 'Hoàng Văn Giang', '0987650321', null, at),
    contact('C9', 'Hoàng Văn Giang', null, 'giang@example.com', at),
  );
  await build();
  const [first, second] = [await customerOf('crm_id:C8'), await customerOf('crm_id:C9')];
  expect(first).not.toBe(second);
  const later = '2026-03-08T05:00:00Z';
  await insert('raw_ecommerce.customers', {
    customer_id: 'E2',
    email: 'giang@example.com',
    phone: '0987650321',
    full_name: 'Hoàng Giang',
    registered_at: later,
    updated_at: later,
    _loaded_at: later,
  });
  await build();
  const one = String(Math.min(Number(first), Number(second)));
  expect(await customerOf('crm_id:C8')).toBe(one);
  expect(await customerOf('crm_id:C9')).toBe(one);
  expect(
    await database.query(
      'select kind, previous_customer_id, customer_id from unified.identity_events order by 1, 2',
    ),
  ).toContainEqual({
    kind: 'merge',
    previous_customer_id: String(Math.max(Number(first), Number(second))),
    customer_id: one,
  });
  givenUp = String(Math.max(Number(first), Number(second)));
  expect(await movedTo(givenUp)).toBe(one);
}, 300_000);

test('somebody says they are two: the weakest tie gives way, the first keeps the number, a split is told', async () => {
  const one = await customerOf('crm_id:C8');
  writeFileSync(
    join(folder, 'seeds/reference/identity_splits.csv'),
    'identity_a,identity_b,said_by,said_on,reason\ncrm_id:C8,crm_id:C9,support,2026-03-09,two cousins of one name\n',
  );
  await build();
  expect(await customerOf('crm_id:C8')).toBe(one);
  expect(await customerOf('crm_id:C9')).not.toBe(one);
  // the number that C9 had before the merge leads to C9 again
  expect(await movedTo(givenUp)).toBe(await customerOf('crm_id:C9'));
  expect(
    await database.query(
      "select kind, previous_customer_id from unified.identity_events where kind = 'split'",
    ),
  ).toEqual([{ kind: 'split', previous_customer_id: one }]);
}, 300_000);
