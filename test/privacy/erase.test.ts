import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createShop, tablesWith, type Shop } from './support/shop.js';
import { thauHere } from './support/thau-here.js';

let shop: Shop;

const rows = (sql: string, values?: unknown[]): Promise<Record<string, unknown>[]> =>
  shop.database.query(sql, values);
const texts = [
  'an.nguyen@example.com"',
  '0912 345 678',
  '0912345678',
  '+84912345678',
  'CRM101',
  'Nguyễn Văn Ẩn',
  '12 ngõ Lê Lợi', // in a superseded row of an earlier version alone
  '3 phố Mới',
];

beforeAll(async () => {
  shop = await createShop();
  const built = await shop.thau('build');
  expect(built.stderr + built.stdout).toMatch(/published generation 1/);
  await rows("update raw_shop.contacts set address = '3 phố Mới' where contact_id = ' CRM101 '");
  await shop.thau('build', '--full-refresh');
  const beside = await tablesWith(shop.database, '12 ngõ Lê Lợi');
  expect(beside.join()).toMatch(/address_log__superseded/);
  await rows(
    `insert into thau.subject_reads (caller, role, request_id, generation, fields, subjects)
     values ('bi', 'admin', 'r1', 1, '{Customer.email}', '{101,Customer:102}')`,
  );
  await rows(`update thau.run_nodes set message = 'duplicate key: an.nguyen@example.com' where run_id = 1`);
}, 120_000);

afterAll(() => shop.drop());

describe('before anybody is erased', () => {
  test('the person is found in sources, models, what remembers, kept generations and notes of thau', async () => {
    const found = await tablesWith(shop.database, 'an.nguyen@example.com');
    for (const table of ['raw_shop.contacts', 'raw_shop.notes', 'raw_shop.referrals', 'thau.run_nodes'])
      expect(found).toContain(table);
    expect(found.join()).toMatch(/__r1\.|__r2\./);
  });

  test('a dry run says what would be touched and why, and touches nothing', async () => {
    const ran = await shop.thau('erase', '101', '--dry-run');
    expect(ran.stdout).toMatch(/raw_shop\.contacts +deleted +1 +.*contacts\.contact_id ← /);
    expect(ran.stdout).toMatch(/raw_shop\.orders +pseudonymised +1 +the books/);
    expect(ran.stdout).toMatch(/raw_shop\.lines +kept +1/);
    expect(await rows(`select count(*)::int as n from raw_shop.contacts`)).toEqual([{ n: 5 }]);
    expect(await rows(`select count(*)::int as n from thau.erasures`)).toEqual([{ n: 0 }]);
  });

  test.each([
    [['erase', '999'], 'PRIVACY_UNKNOWN_CUSTOMER'],
    [['erase', 'nobody@example.com'], 'PRIVACY_UNKNOWN_CUSTOMER'],
    [['erase', '0933111222'], 'PRIVACY_AMBIGUOUS'],
    [['erase', '101', '--case', '77'], 'PRIVACY_CASE'],
    [['erase', '--proof', '77'], 'PRIVACY_UNKNOWN_CUSTOMER'],
    [['export', "'; drop table raw_shop.contacts; --"], 'PRIVACY_UNKNOWN_CUSTOMER'],
    [['erase'], 'CLI_USAGE'],
  ])('%j is refused with %s', async (args, code) => {
    const ran = await shop.thau(...args);
    expect(ran.stderr).toContain(code);
    expect(ran.code).not.toBe(0);
  });

  test('an export holds everything, described, and its page is escaped', async () => {
    await rows(`update raw_shop.contacts set name = '<b>Ẩn</b> & "co"' where contact_id = ' CRM101 '`);
    const page = join(shop.folder, 'held.html');
    expect((await shop.thau('export', '0912-345-678', '--output', page)).code).toBe(0);
    const html = readFileSync(page, 'utf8');
    expect(html).toContain('&lt;b&gt;Ẩn&lt;/b&gt; &amp; &quot;co&quot;');
    expect(html).not.toMatch(/<script|src=|<b>Ẩn/);
    await rows(`update raw_shop.contacts set name = 'Nguyễn Văn Ẩn' where contact_id = ' CRM101 '`);
    const file = join(shop.folder, 'held.json');
    await shop.thau('export', 'Customer:101', '--output', file);
    const held = JSON.parse(readFileSync(file, 'utf8')) as {
      customer: string;
      tables: { table: string; rows: Record<string, string>[] }[];
    };
    expect(held.customer).toBe('101');
    expect(Object.fromEntries(held.tables.map(({ table, rows: all }) => [table, all.length]))).toMatchObject({
      'raw_shop.contacts': 1,
      'raw_shop.orders': 1,
      'raw_shop.lines': 1,
    });
    expect(await rows(`select what from thau.privacy_log`)).toEqual([{ what: 'export' }, { what: 'export' }]);
  });

  test('a role without the right changes nothing and says who may grant it', async () => {
    const role = `${shop.database.name}_reader`;
    await rows(`create role ${role} login password 'reader'`);
    try {
      await rows(`grant all on schema thau to ${role}; grant all on all tables in schema thau to ${role};
        grant usage on schema raw_shop to ${role}; grant select on all tables in schema raw_shop to ${role}`);
      for (const { nspname } of await rows(
        `select nspname from pg_namespace where nspname ~ '^(public|snapshots)'`,
      ))
        await rows(
          `grant usage on schema "${String(nspname)}" to ${role}; grant select on all tables in schema "${String(nspname)}" to ${role}`,
        );
      const url = new URL(shop.database.url);
      url.username = role;
      url.password = 'reader';
      const ran = await thauHere(['erase', '101'], { cwd: shop.folder, env: { DATABASE_URL: url.href } });
      expect(ran.stderr).toContain('PRIVACY_NO_PERMISSION');
      expect(await rows(`select count(*)::int as n from raw_shop.contacts`)).toEqual([{ n: 5 }]);
    } finally {
      await rows(`drop owned by ${role}; drop role ${role}`);
    }
  });
});

describe('a person is erased', () => {
  test('nothing is left of the person, but what is declared kept', async () => {
    await shop.thau('cases', 'open', 'erase', '101');
    const ran = await shop.thau(
      'erase',
      'an.nguyen@example.com',
      '--case',
      '1',
      '--by',
      'DPO',
      '--output',
      join(shop.folder, 'proof.html'),
    );
    expect(ran.stderr + ran.stdout).toMatch(/Erasure 1 is done/);
    for (const text of texts) expect([text, await tablesWith(shop.database, text)]).toEqual([text, []]);
    expect(await rows(`select body, tags, facts from raw_shop.notes where note_id = 'N1'`)).toEqual([
      {
        body: 'Call [erased] or [erased], not an.nguyen@example.com.vn',
        tags: ['vip', '[erased]'],
        facts: { to: '[erased]' },
      },
    ]);
    expect(
      await rows(`select contact_id, buyer_email, amount from raw_shop.orders where order_id = 'SP0001'`),
    ).toEqual([{ contact_id: null, buyer_email: null, amount: 100 }]);
  }, 60_000);

  test('the figures of the business stay', async () => {
    expect(await rows('select order_count::int, revenue::int from public.sales')).toEqual([
      { order_count: 3, revenue: 600 },
    ]);
  });

  test('others keep what is theirs', async () => {
    expect(await rows(`select full_name from public.customers order by customer_id`)).toEqual([
      { full_name: 'Trần Thị Bình' },
      { full_name: 'Trần Văn Cúc' },
      { full_name: 'Lê Dung' },
    ]);
    expect(await rows(`select subjects[2] as other from thau.subject_reads`)).toEqual([
      { other: 'Customer:102' },
    ]);
  });

  test('the proof says what was done and holds no identifier', async () => {
    const [row] = await rows('select proof, searched_for from thau.erasures');
    const proof = row?.['proof'] as {
      touched: { table: string; how: string }[];
      purged: { generations: number };
      state: string;
    };
    expect(proof.purged).toEqual({ generations: 2, waiting: [] });
    expect(row?.['searched_for']).toBeNull();
    expect(proof.touched).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ table: 'raw_shop.contacts', how: 'deleted', rows: 1 }),
        expect.objectContaining({
          table: 'raw_shop.lines',
          how: 'kept',
          because: 'says nothing of a person',
        }),
      ]),
    );
    const page = readFileSync(join(shop.folder, 'proof.html'), 'utf8');
    for (const text of texts) expect(page + JSON.stringify(proof)).not.toContain(text);
  });

  test('the case is closed, and whoever is erased already is told so', async () => {
    expect(await rows('select state, subject, closed_by from thau.privacy_cases')).toEqual([
      { state: 'done', subject: null, closed_by: 'DPO' },
    ]);
    for (const name of ['101', 'An.Nguyen@example.com']) {
      expect((await shop.thau('erase', name)).stderr).toContain('PRIVACY_ALREADY_ERASED');
    }
  });

  test('no earlier generation is kept to roll back to', async () => {
    expect((await shop.thau('rollback')).stderr).toContain('BUILD_NO_SUCH_GENERATION');
  });
});
