import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { RunLock } from '../../src/postgres/run-lock.js';
import { Database } from '../../src/postgres/database.js';
import { exportJson } from '../../src/privacy/export-text.js';
import type { ExportPiece } from '../../src/privacy/export.js';
import { connectionOf } from '../support/connection.js';
import { createShop, tablesWith, type Shop } from './support/shop.js';

let built: Shop;
let shop: Shop;

beforeAll(async () => {
  built = await createShop();
  expect((await built.thau('build')).stdout).toBeDefined();
});
afterAll(() => built.drop());
beforeEach(async () => {
  shop = await createShop(built);
});
afterEach(() => shop.drop());

const count = async (table: string): Promise<unknown> =>
  (await shop.rows(`select count(*)::int as n from ${table}`))[0]?.['n'];

describe('people who merged, share, and come back', () => {
  test('a number given up in a merge erases the whole person, and a name beside a shared phone goes too', async () => {
    const ran = await shop.thau('erase', '105', 'cuc@example.com');
    expect(ran.stderr + ran.stdout).toMatch(/Erasure 1 is done[^]*Erasure 2 is done/);
    const gone = ['dung@example.com', 'dung.le@example.com', 'Lê Thị Dung', 'Lê Dung', '9 phố Huế'];
    for (const text of [...gone, 'cuc@example.com', 'Trần Văn Cúc', '7 hẻm Cây Me'])
      expect([text, await tablesWith(shop.database, text)]).toEqual([text, []]);
    // the phone is Bình's as well
    expect(
      await shop.rows(`select name_key from public.phone_names where phone = '+84933111222' order by 1`),
    ).toEqual([
      { name_key: expect.stringMatching(/^erased:[0-9a-f]{24}$/) as string },
      { name_key: 'trần thị bình' },
    ]);
    for (const number of ['104', '105', '103'])
      expect((await shop.thau('erase', number)).stderr).toContain('PRIVACY_ALREADY_ERASED');

    // the source was not told, and the person comes back under a new record as well
    await shop.rows(`insert into raw_shop.contacts (contact_id, name, email, phone) values
      ('CRM105', 'Lê Dung', 'dung.le@example.com', '0944555777'), ('CRM205', 'Lê Dung', 'dung.le@example.com', '0944555777')`);
    const again = await shop.thau('build');
    expect(again.stderr + again.stdout).toMatch(/1 rows of raw_shop\.contacts were delivered again/);
    expect(
      await shop.rows(`select c.customer_id::int, c.full_name, (select count(*)::int from public.orders as o where o.customer_id = c.customer_id) as orders
        from public.customers as c order by 1`),
    ).toEqual([
      { customer_id: 101, full_name: 'Nguyễn Văn Ẩn', orders: 1 },
      { customer_id: 102, full_name: 'Trần Thị Bình', orders: 1 },
      { customer_id: 205, full_name: 'Lê Dung', orders: 0 },
    ]);
    expect(await shop.rows(`select what from thau.privacy_log where what = 'erase again'`)).toHaveLength(1);
    expect(await shop.rows(`select from public.customer_moves where previous_customer_id = 105`)).toEqual([]);
  });
});

describe('an erasure that is broken off', () => {
  test('a fault among the sources changes none of them', async () => {
    await shop.rows(`create function public.refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
      create trigger refuse before update on raw_shop.notes for each row execute function public.refuse()`);
    const before = await shop.rows(`select * from raw_shop.contacts order by 1`);
    expect((await shop.thau('erase', '101')).code).not.toBe(0);
    expect(await shop.rows(`select * from raw_shop.contacts order by 1`)).toEqual(before);
    expect([await count('thau.erasures'), await count('thau.erased_records')]).toEqual([0, 0]);
  });

  test('killed before it commits, it has done nothing, and nobody waits for its lock', async () => {
    const holder = new pg.Client({ connectionString: shop.database.url });
    await holder.connect();
    await holder.query('begin; lock table thau.erasures in share mode');
    const child = spawn(process.execPath, [resolve('bin/thau.js'), 'erase', '101'], {
      cwd: shop.folder,
      env: { ...process.env, DATABASE_URL: shop.database.url },
      stdio: 'ignore',
    });
    const ended = once(child, 'close');
    const others = (that: string): Promise<unknown[]> =>
      shop.rows(
        `select from pg_stat_activity as a where datname = current_database() and pid <> pg_backend_pid() and ${that}`,
      );
    const patience = { timeout: 45_000, interval: 50 };
    await vi.waitFor(async () => {
      expect(
        await others(`wait_event_type = 'Lock' and query like 'insert into "thau".erasures%'`),
      ).toHaveLength(1);
    }, patience);
    child.kill('SIGKILL');
    await ended;
    await holder.query('rollback');
    await holder.end();
    // the server sees that its client is gone
    await vi.waitFor(async () => expect(await others('true')).toEqual([]), patience);
    expect([await count('raw_shop.contacts'), await count('thau.erasures')]).toEqual([5, 0]);
    const connection = connectionOf(shop.database.url);
    const database = new Database({ connection });
    const lock = await RunLock.acquire({ database, stateSchema: 'thau' });
    // and while a run goes on, nobody is erased
    expect((await shop.thau('erase', '101')).stderr).toContain('POSTGRES_RUN_LOCKED');
    await lock.release();
    await database.close();
    expect(await count('raw_shop.contacts')).toBe(5);
  });

  test('stopped after the sources or before the proof, it goes on where it stopped', async () => {
    shop.write('models/broken.sql', "{{ config(materialized='table') }} select 1 / 0 as one");
    const failed = await shop.thau('erase', '101', '--by', 'DPO');
    expect(failed.stderr).toContain('PRIVACY_REBUILD_FAILED');
    expect(await shop.rows(`select state, searched_for is not null as searched from thau.erasures`)).toEqual([
      { state: 'rebuilding', searched: true },
    ]);
    expect((await shop.thau('erase', '--proof', '1')).stderr).toContain('is not finished');
    shop.write('models/broken.sql', 'select 1 as one');
    await shop.rows(`create function public.refuse() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
      create trigger refuse before update on thau.erasures for each row execute function public.refuse()`);
    expect((await shop.thau('erase')).code).not.toBe(0);
    await shop.rows(`drop trigger refuse on thau.erasures`);
    const ran = await shop.thau('erase');
    expect(ran.stderr + ran.stdout).toMatch(/Erasure 1 is done/);
    for (const text of ['an.nguyen@example.com"', '+84912345678', 'Nguyễn Văn Ẩn', '12 ngõ Lê Lợi'])
      expect([text, await tablesWith(shop.database, text)]).toEqual([text, []]);
    expect((await shop.thau('erase')).stderr).toContain('no erasure was interrupted');
  });
});

describe('what is not permitted', () => {
  test('a source that gives no permission leaves the erasure open, until it does', async () => {
    shop.write('thau.yml', 'privacy:\n  sources: ask\n');
    const refused = await shop.thau('erase', '101');
    expect(refused.stderr).toMatch(/PRIVACY_NOT_CLEAN.*no permission for .*raw_shop\.contacts/);
    expect(await count('raw_shop.contacts')).toBe(5);
    expect(await shop.rows('select state from thau.erasures')).toEqual([{ state: 'open' }]);
    shop.write('thau.yml', 'privacy:\n  sources: delete\n');
    expect((await shop.thau('erase', '101')).code).toBe(0);
    expect(await shop.rows('select distinct state, searched_for from thau.erasures')).toEqual([
      { state: 'done', searched_for: null },
    ]);
  });

  test('what is kept on purpose in one table excuses no other that holds the person', async () => {
    await shop.rows(`create table public.forgotten as select 'write to an.nguyen@example.com'::text as note`);
    const ran = await shop.thau('erase', '101');
    expect(ran.stderr).toMatch(/PRIVACY_NOT_CLEAN.*found in public\.forgotten/);
    const [{ proof } = {}] = await shop.rows('select proof from thau.erasures');
    expect(proof).toMatchObject({
      state: 'open',
      touched: expect.arrayContaining([
        expect.objectContaining({ table: 'raw_shop.lines', how: 'kept', rows: 1 }),
      ]) as unknown[],
    });
    await shop.rows('drop table public.forgotten');
    expect((await shop.thau('erase')).code).toBe(0);
  });

  test('nothing is kept without a reason, and no column is named that is none', async () => {
    const sources = readFileSync(join(shop.folder, 'models/sources.yml'), 'utf8');
    shop.write('models/sources.yml', sources.replace('because: says nothing of a person', "because: ' '"));
    expect((await shop.thau('erase', '101', '--dry-run')).stderr).toMatch(
      /PRIVACY_POLICY.*raw_shop\.lines.*without a reason/,
    );
    shop.write('models/sources.yml', sources);
    const model = readFileSync(join(shop.folder, 'models/phone_names.sql'), 'utf8');
    shop.write('models/phone_names.sql', model.replace("['name_key'], 'ended'", "['nam_key'], 'ended'"));
    expect((await shop.thau('erase', '101', '--dry-run')).stderr).toMatch(/PRIVACY_POLICY.*"nam_key"/);
  });

  test('a database that only reads is told as such', async () => {
    await shop.rows(`alter database ${shop.database.name} set default_transaction_read_only = on`);
    expect((await shop.thau('erase', '101')).stderr).toMatch(/read.only/i);
    expect(await count('raw_shop.contacts')).toBe(5);
  });
});

describe('requests have deadlines', () => {
  test.each([
    // a Friday before Tết, 16 to 20 February
    ['erase', '2026-02-13T17:30:00+07:00', '2026-02-24T16:59:59.000Z'],
    // still Thursday in UTC
    ['erase', '2026-02-12T18:00:00Z', '2026-02-24T16:59:59.000Z'],
    ['access', '2026-03-02T09:00:00+07:00', '2026-03-04T16:59:59.000Z'],
    ['correct', '2026-03-06T23:59:59+07:00', '2026-03-13T16:59:59.000Z'],
  ])('%s asked at %s is due %s', async (kind, on, due) => {
    const { stdout } = await shop.thau('cases', 'open', kind, '102', '--on', on, '--json');
    expect((JSON.parse(stdout) as { dueAt: string }).dueAt).toBe(due);
  });

  test('those that are late stand in the status, until they are closed', async () => {
    expect((await shop.thau('status')).stdout).not.toContain('Requests of people');
    await shop.thau('cases', 'open', 'object', '102', '--on', '2020-01-02T09:00:00+07:00');
    await shop.thau('cases', 'open', 'object', '103', '--on', '2999-01-02T09:00:00+07:00');
    expect((await shop.thau('status')).stdout).toContain('2 open, 1 of them OVERDUE (thau cases)');
    const { stdout } = await shop.thau('status', '--json');
    expect((JSON.parse(stdout) as { cases: unknown }).cases).toEqual({ open: 2, overdue: 1 });
    expect((await shop.thau('cases', 'close', '1', '--refused')).stderr).toContain('PRIVACY_CASE');
    await shop.thau('cases', 'close', '1', '--refused', '--because', 'a contract is running');
    expect((await shop.thau('status')).stdout).toContain('1 open (thau cases)');
  });
});

describe('a long history', () => {
  test('is exported whole, and read in pieces', async () => {
    await shop.rows(
      `insert into raw_shop.orders select 'Own', 'X' || n, 'CRM102', null, n from generate_series(1, 20000) as n`,
    );
    const file = join(shop.folder, 'held.json');
    expect((await shop.thau('export', '102', '--output', file)).code).toBe(0);
    const held = JSON.parse(readFileSync(file, 'utf8')) as { tables: { table: string; rows: unknown[] }[] };
    for (const name of ['raw_shop.orders', 'public.orders'])
      expect(held.tables.find(({ table }) => table === name)?.rows).toHaveLength(20_001);
  });

  test('is never held whole: what is written is asked for piece by piece', async () => {
    let asked = 0;
    async function* endless(): AsyncGenerator<ExportPiece> {
      const columns = [{ name: 'a', type: 'text', description: '' }];
      yield { kind: 'table', table: 't', origin: 'model', description: '', columns, paths: [] };
      for (;;) {
        asked += 1;
        yield await Promise.resolve({ kind: 'rows' as const, rows: [['x']] });
      }
    }
    const head = { customer: '1', generation: 1, exportedAt: '2026-01-01T00:00:00Z', by: 'DPO' };
    let written = 0;
    for await (const text of exportJson(head, endless())) {
      expect(text.length).toBeLessThan(1000);
      if ((written += 1) === 50) break;
    }
    expect(asked).toBeLessThanOrEqual(51);
  });
});
