import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { ChildThau, projectFolder, thau, type Ended, type ProjectFolder } from './support/child-thau.js';
import { startPooler } from './support/pooler.js';

// several processes each, one after the other
vi.setConfig({ testTimeout: 180_000 });

const files = {
  'transforms/sources.yml': 'sources: [{name: raw, tables: [{name: orders}]}]',
  'transforms/orders.sql': `{{ config(materialized='table') }}\nselect id, amount from {{ source('raw', 'orders') }}`,
  'transforms/totals.sql': `{{ config(materialized='table') }}\nselect sum(amount) as total from {{ ref('orders') }}`,
};

/** With the raw table, and after a first build: what most tests begin with. */
let empty: TestDatabase;
let built: TestDatabase;
beforeAll(async () => {
  empty = await createTestDatabase();
  await empty.query('create schema raw; create table raw.orders as select 1 as id, 10 as amount');
  built = await createTestDatabase(empty);
  const folder = projectFolder(files);
  const { code, stdout, stderr } = await thau(['build', '--project-dir', folder.path], {
    DATABASE_URL: built.url,
  });
  folder.remove();
  expect(code, stdout + stderr).toBe(0);
});
afterAll(async () => {
  await built.drop();
  await empty.drop();
});

let place: TestDatabase;
let project: ProjectFolder;
let env: Record<string, string>;
const begin = async (from: TestDatabase): Promise<void> => {
  place = await createTestDatabase(from);
  env = { DATABASE_URL: place.url };
};
beforeEach(() => {
  project = projectFolder(files);
  return async () => {
    project.remove();
    await place.drop();
  };
});

const args = (...more: string[]): string[] => ['build', '--no-carry', '--project-dir', project.path, ...more];
const build = (...more: string[]): Promise<Ended> => thau(args(...more), env);
const slow = ', pg_sleep(120)::text as slow';
const model = (name: string, text: string): Record<string, string> => ({
  [`transforms/${name}.sql`]: `{{ config(materialized='table') }}\n${text}`,
});

/** Said with a code and what to do, without a stack trace; nothing of it was published. */
function expectRefused(ended: Ended, ...says: (string | RegExp)[]): void {
  expect(ended.code, ended.stdout + ended.stderr).toBe(1);
  for (const text of says) expect(ended.stderr).toMatch(text);
  expect(ended.stderr).toContain('hint: ');
  expect(ended.stderr).not.toMatch(/\.js:\d+/);
}

async function expectShown(total: number, generation: number): Promise<void> {
  const rows = await place.query(
    'select total::int, (select generation::int from thau.pointer) from public.totals',
  );
  expect(rows).toEqual([{ total, generation }]);
}

/** Resolves when a statement of a run holds what `query` looks for. */
async function running(text: string): Promise<void> {
  for (;;) {
    const rows = await place.query(
      `select from pg_stat_activity where datname = current_database() and application_name like 'thau run%' and state = 'active' and query like $1`,
      [`%${text}%`],
    );
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function holding<T>(statement: string, work: (pid: number) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: place.url, application_name: 'nightly dump' });
  await client.connect();
  try {
    await client.query(`begin; ${statement}`);
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    return await work(rows[0]!.pid);
  } finally {
    await client.end();
  }
}

describe('a source that is', () => {
  test('dropped between runs fails what reads it; back again, the next run is clean', async () => {
    await begin(built);
    await place.query('alter table raw.orders rename to away');
    expectRefused(await build(), /POSTGRES_UNDEFINED/, 'raw.orders', 'transforms/orders.sql');
    await expectShown(10, 1);
    await place.query('alter table raw.away rename to orders; insert into raw.orders values (2, 5)');
    expect(await build()).toMatchObject({ code: 0 });
    await expectShown(15, 3);
  });

  test('dropped and retyped while a run is under way fails the node that comes after', async () => {
    await begin(built);
    project.write({
      ...model('slow', `select 1 as x where pg_sleep(1.5) is not null`),
      ...model(
        'late',
        `select amount + 1 as x from {{ source('raw', 'orders') }} -- depends_on: {{ ref('slow') }}`,
      ),
    });
    const child = new ChildThau(args(), env);
    await running('pg_sleep(1.5)');
    await place.query('drop table raw.orders');
    await place.query(`create table raw.orders as select 1 as id, 'ten'::text as amount`);
    expectRefused(await child.ended, 'late', /operator does not exist|invalid input/, 'transforms/late.sql');
    await expectShown(10, 1);
  });

  test('retyped between runs fails at the model whose SQL no longer fits, at its line', async () => {
    await begin(built);
    await place.query('alter table raw.orders alter amount type text');
    expectRefused(await build(), /sum\(text\)/, 'transforms/totals.sql:2');
    await expectShown(10, 1);
    await place.query('alter table raw.orders alter amount type int using amount::int');
    expect(await build()).toMatchObject({ code: 0 });
  });
});

describe('a lock that is never released', () => {
  test('fails the node after runs.lock_timeout, naming who holds it and what to do', async () => {
    await begin(built);
    project.write({ 'thau.yml': 'runs: {lock_timeout: 400 ms}\n' });
    await holding('lock table raw.orders', async (pid) => {
      const ended = await build();
      expectRefused(
        ended,
        /POSTGRES_LOCK_TIMEOUT: orders/,
        `held by process ${pid} (`,
        'nightly dump, idle in transaction',
        `select pg_terminate_backend(${pid});`,
        'runs.lock_timeout',
      );
      expect(ended.stdout + ended.stderr).toContain('waiting for a lock held by process');
    });
    await expectShown(10, 1);
    expect(await build()).toMatchObject({ code: 0 });
  });

  test("on thau's own tables fails the publish, and the next run is clean", async () => {
    await begin(built);
    project.write({ 'thau.yml': 'runs: {lock_timeout: 400 ms}\n' });
    await holding('lock table thau.artifacts in share mode', async () => {
      expectRefused(await build(), /POSTGRES_LOCK_TIMEOUT/, 'nightly dump');
    });
    await expectShown(10, 1);
    expect(await build()).toMatchObject({ code: 0 });
    await expectShown(10, 3);
  });

  test('a statement that takes longer than runs.statement_timeout fails its node and names the setting', async () => {
    await begin(empty);
    project.write({
      'thau.yml': 'runs: {statement_timeout: 300 ms}\n',
      ...model('slow', `select 1 as x${slow}`),
    });
    expectRefused(await build(), /POSTGRES_CANCELLED: slow/, 'runs.statement_timeout', 'transforms/slow.sql');
  });
});

describe('what others made', () => {
  test('a view on a stable view whose column goes: named, and nothing is published', async () => {
    await begin(built);
    await place.query('create view public.report as select amount from public.orders');
    project.write(model('orders', `select id, amount * 2 as cents from {{ source('raw', 'orders') }}`));
    project.write(model('totals', `select sum(cents) as total from {{ ref('orders') }}`));
    expectRefused(await build(), /BUILD_VIEW_HAS_DEPENDENTS/, 'report', 'column "amount" is gone');
    await expectShown(10, 1);
    await place.query('drop view public.report');
    expect(await build()).toMatchObject({ code: 0 });
    await expectShown(20, 3);
  });

  test('a table where a model would stand is refused before anything is built, and left alone', async () => {
    await begin(empty);
    await place.query(`create table public.totals as select 'mine' as x`);
    expectRefused(await build(), /BUILD_FOREIGN_RELATION/, 'public.totals');
    expect(await place.query('select x from public.totals')).toEqual([{ x: 'mine' }]);
    expect(await place.query(`select from pg_namespace where nspname like '%\\_\\_r%'`)).toEqual([]);
  });

  test('two models that write one relation are told by thau parse, without a database', async () => {
    await begin(empty);
    project.write({ 'transforms/other.sql': `{{ config(alias='totals') }}\nselect 1 as x` });
    const ended = await thau(['parse', '--project-dir', project.path], {
      DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
    });
    expectRefused(ended, /_ONE_RELATION|PROJECT_/, 'totals', 'transforms/other.sql');
  });
});

describe('a role', () => {
  const asRole = (role: string): void => {
    const url = new URL(place.url);
    url.username = role;
    url.password = 'secret';
    env = { DATABASE_URL: url.href };
  };
  const make = async (limit = ''): Promise<string> => {
    const role = `r_${place.name}`;
    await place.query(`create role ${role} login password 'secret' ${limit}`);
    return role;
  };
  beforeEach(() => async () => {
    const role = `r_${place.name}`;
    const [known] = await place.query('select from pg_roles where rolname = $1', [role]);
    if (known) await place.query(`drop owned by ${role} cascade; drop role ${role}`);
  });

  test('that may make nothing is told the GRANT for each step, until it works', async () => {
    await begin(empty);
    const role = await make();
    asRole(role);
    expectRefused(await build(), /POSTGRES_MIGRATION/, `grant create on database ${place.name} to ${role};`);
    await place.query(`grant create on database ${place.name} to ${role}`);
    expectRefused(await build(), /POSTGRES_PERMISSION: orders/, `grant usage on schema "raw" to "${role}";`);
    await place.query(`grant usage on schema raw to ${role}`);
    const table = await build();
    expectRefused(
      table,
      /POSTGRES_PERMISSION: orders/,
      `grant select on raw.orders to "${role}";`,
      'transforms/orders.sql',
    );
    await place.query(`grant select on raw.orders to ${role}`);
    expectRefused(
      await build(),
      /POSTGRES_PERMISSION/,
      `grant usage, create on schema "public" to "${role}";`,
    );
    await place.query(`grant create on schema public to ${role}`);
    const ended = await build();
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  });

  test("without a right on thau's own schema is told so", async () => {
    await begin(built);
    asRole(await make());
    expectRefused(await build(), /POSTGRES_(PERMISSION|MIGRATION)/, /schema "?thau/);
  });

  test('with too few connections is told so, and what is published stays', async () => {
    await begin(empty);
    const role = await make('connection limit 1');
    await place.query(
      `grant create on database ${place.name} to ${role}; grant all on schema public, raw to ${role}; grant select on raw.orders to ${role}`,
    );
    asRole(role);
    expectRefused(await build(), /POSTGRES_TOO_MANY_CONNECTIONS/);
    await place.query(`alter role ${role} connection limit 20`);
    expect(await build()).toMatchObject({ code: 0 });
  });
});

describe('a server that', () => {
  test('only reads, as a standby does: said, with what to do', async () => {
    await begin(built);
    await place.query(`alter database ${place.name} set default_transaction_read_only to on`);
    expectRefused(await build(), /POSTGRES_READ_ONLY/, 'primary');
    await place
      .query(`alter database ${place.name} reset default_transaction_read_only`)
      .catch(() => undefined);
  });

  test('has a database that is not UTF-8 is refused with the statement that makes a right one', async () => {
    await begin(empty);
    const latin = `${place.name}_latin`;
    await place.query(`create database ${latin} encoding 'LATIN1' locale 'C' template template0`);
    try {
      const url = new URL(place.url);
      url.pathname = `/${latin}`;
      const ended = await thau(args(), { DATABASE_URL: url.href });
      expectRefused(ended, /POSTGRES_ENCODING/, `encoding 'UTF8'`);
    } finally {
      await place.query(`drop database ${latin} with (force)`);
    }
  });

  test('stands behind a transaction pooler is refused for runs, and works with its direct address beside', async () => {
    await begin(empty);
    const pooler = await startPooler(place.url);
    try {
      const pooled = await thau(args(), { DATABASE_URL: pooler.url });
      expectRefused(pooled, /POSTGRES_POOLER/, 'DATABASE_DIRECT_URL');
      const both = await thau(args(), { DATABASE_URL: pooler.url, DATABASE_DIRECT_URL: place.url });
      expect(both.code, both.stdout + both.stderr).toBe(0);
      await expectShown(10, 1);
      expect(pooler.reassigned()).toBeGreaterThan(0);
    } finally {
      await pooler.close();
    }
  });
});

describe('a clock', () => {
  /** Loaded before thau: this machine's clock is so many hours off. */
  const off = (hours: number): Record<string, string> => ({
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(
      `const Real = Date; const by = ${hours} * 3600000; const now = Real.now.bind(Real);
       globalThis.Date = class extends Real { constructor(...a) { a.length ? super(...a) : super(now() + by); } static now() { return now() + by; } };`,
    )}`,
  });

  test.each([-48, 48])(
    '%i hours off changes nothing that is compared: what is written is told in the database’s time',
    async (hours) => {
      await begin(empty);
      expect(await thau(args(), { ...env, ...off(hours) })).toMatchObject({ code: 0 });
      const again = await thau(['build', '--project-dir', project.path], env);
      expect(again.stdout + again.stderr).not.toContain('took over');
      const [times] = await place.query(
        `select bool_and(n.started_at between r.started_at - interval '1 s' and r.finished_at + interval '1 s') as good
       from thau.run_nodes as n join thau.runs as r using (run_id) where n.started_at is not null`,
      );
      expect(times).toEqual({ good: true });
    },
  );

  test('that runs ahead takes over no living run, and one that runs behind is not taken over', async () => {
    await begin(empty);
    project.write(model('slow', `select 1 as x${slow}`));
    const first = new ChildThau(args(), { ...env, ...off(-1) });
    await running('pg_sleep(120)');
    const second = await thau(args(), { ...env, ...off(1) });
    expectRefused(second, /POSTGRES_RUN_LOCKED/);
    await place.query('select thau.cancel()');
    expect((await first.ended).stderr).toContain('was cancelled by');
  });
});
