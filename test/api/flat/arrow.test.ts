import { tableFromIPC, type Table } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishFixture } from '../support/publish-fixture.js';
import { serveFixture, type Served } from '../support/serve-fixture.js';

let served: Served;

beforeAll(async () => {
  served = await serveFixture();
  await publishFixture(served.home, {
    sdl: `
      enum Kind { ODD EVEN }
      type Thing @relation(model: "things", key: ["n"]) {
        n: Int! big: BigInt share: Float total: Decimal flag: Boolean on: Date at: DateTime word: String kind: Kind
        more: JSON words: [String!] numbers: [Int] owner: Owner @one(on: ["owner_id"])
      }
      type Owner @relation(model: "owners", key: ["owner_id"]) { ownerId: Int! name: String }
      type Empty @relation(model: "empties", key: ["n"]) { n: Int! total: Decimal at: DateTime words: [String!] }
      extend type Query {
        things: [Thing!]! @many(order: ["n"])
        thing(n: Int!): Thing @one
        pages: ThingConnection! @many(order: ["n"])
        empties: [Empty!]! @many(order: ["n"])
      }`,
    models: {
      things: `select n, case when n % 5 > 0 then 9007199254740993 + n end as big, n / 4.0::float8 as share,
          case n when 1 then -0.5 when 2 then 99999999999999999999.123456789012345678 when 3 then 1.0000000000000000005
                 when 4 then -1.0000000000000000005 else n * 1000.50 end::numeric as total,
          case n % 3 when 0 then null else n % 3 = 1 end as flag,
          date '1969-12-30' + n as on, timestamptz '1969-12-31 23:59:59.5Z' + n * interval '1.000001 s' as at,
          case when n = 7 then 'từ "bảy"' end as word, case n % 2 when 0 then 'even' else 'odd' end as kind,
          jsonb_build_object('n', n) as more, case n when 1 then null when 2 then array[]::text[] else array['a', 'ữ' || n] end as words,
          array[n, null] as numbers, case when n > 1 then 1 end as owner_id
        from generate_series(1, 1203) as n`,
      owners: `select 1 as owner_id, 'Bảo'::text as name`,
      empties: `select 1 as n, null::numeric as total, null::timestamptz as at, null::text[] as words`,
    },
    keys: { things: ['n'], owners: ['owner_id'], empties: ['n'] },
    operations: {
      'things.graphql':
        'query things { things { n big share total flag on at word kind more words numbers owner { name } } }',
      'thing.graphql': 'query thing($n: Int!) { thing(n: $n) { n total } }',
      'pages.graphql': 'query pages { pages { edges { node { n kind } } } }',
      'empties.graphql': 'query empties($n: Int) { empties(filter: {n: {eq: $n}}) { n total at words } }',
    },
  });
  await served.published();
});
afterAll(() => served.close());

const get = (path: string): Promise<Response> =>
  fetch(`${served.api.url}/q${path}`, { headers: { authorization: `Bearer ${served.key}` } });

async function read(path: string): Promise<Table> {
  const response = await get(path);
  expect(response.status, path).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/vnd.apache.arrow.stream');
  return tableFromIPC(new Uint8Array(await response.arrayBuffer()));
}
const typesOf = (table: Table): Record<string, string> =>
  Object.fromEntries(table.schema.fields.map(({ name, type }) => [name, String(type)]));
const column = (table: Table, name: string): unknown[] => [...(table.getChild(name) ?? [])] as unknown[];

describe('rows as Apache Arrow', () => {
  test('have a type for each column, and every value of the other forms', async () => {
    const table = await read('/things.arrow');
    expect(typesOf(table)).toEqual({
      n: 'Int32',
      big: 'Int64',
      share: 'Float64',
      total: 'Decimal[38e+18]',
      flag: 'Bool',
      on: 'Date32<DAY>',
      at: 'Timestamp<MICROSECOND, UTC>',
      word: 'Utf8',
      kind: 'Utf8',
      more: 'Utf8',
      words: 'List<Utf8>',
      numbers: 'List<Int32>',
      owner_name: 'Utf8',
    });
    const rows = (await (await get('/things.json')).json()) as Record<string, unknown>[];
    expect(table.numRows).toBe(rows.length);
    for (const name of ['n', 'share', 'flag', 'word', 'kind', 'owner_name']) {
      expect(column(table, name), name).toEqual(rows.map((row) => row[name]));
    }
    const texts = (await (await get('/things.ndjson')).text()).trim().split('\n');
    const exact = (name: string): (string | undefined)[] =>
      texts.map((line) => new RegExp(`"${name}":(-?[\\d.]+|null)`).exec(line)?.[1]);
    expect(column(table, 'big').map(String)).toEqual(exact('big'));
    expect(column(table, 'more')).toEqual(rows.map((row) => JSON.stringify(row['more'])));
    for (const name of ['words', 'numbers']) {
      const lists = column(table, name) as (Iterable<unknown> | null)[];
      expect(lists.map((list) => list && [...list])).toEqual(rows.map((row) => row[name]));
    }
    expect(column(table, 'on').map((day) => new Date(Number(day)).toISOString().slice(0, 10))).toEqual(
      rows.map((row) => row['on']),
    );
    const at = table.getChild('at')?.data.flatMap(({ values }) => [...(values as BigInt64Array)]);
    expect(at?.slice(0, 2)).toEqual([500_001n, 1_500_002n]);
    expect(at?.map((micros) => Number(micros / 1000n))).toEqual(
      rows.map((row) => Date.parse(String(row['at']).replace(/(\.\d{3})\d+/, '$1'))),
    );
  });

  test('hold decimals to the eighteenth digit behind the point, rounded from there', async () => {
    const table = await read('/things.arrow');
    const words = table.getChild('total')?.data.flatMap(({ values }) => [...(values as Uint32Array)]) ?? [];
    const decimal = (row: number): bigint => {
      const [a = 0, b = 0, c = 0, d = 0] = words.slice(row * 4, row * 4 + 4).map(Number);
      return (BigInt(d | 0) << 96n) | (BigInt(c) << 64n) | (BigInt(b) << 32n) | BigInt(a);
    };
    expect([0, 1, 2, 3, 4].map(decimal)).toEqual([
      -500_000_000_000_000_000n,
      99_999_999_999_999_999_999_123_456_789_012_345_678n,
      1_000_000_000_000_000_001n,
      -1_000_000_000_000_000_001n,
      5_002_500_000_000_000_000_000n,
    ]);
  });

  test('have their types also where all is null, and where there is no row', async () => {
    const types = {
      n: 'Int32',
      total: 'Decimal[38e+18]',
      at: 'Timestamp<MICROSECOND, UTC>',
      words: 'List<Utf8>',
    };
    const nulls = await read('/empties.arrow');
    expect([typesOf(nulls), nulls.numRows, column(nulls, 'total')]).toEqual([types, 1, [null]]);
    const none = await read('/empties.arrow?n=2');
    expect([typesOf(none), none.numRows]).toEqual([types, 0]);
  });

  test('may be one row, or a page with its link', async () => {
    expect(column(await read('/thing.arrow?n=5'), 'n')).toEqual([5]);
    expect((await read('/thing.arrow?n=0')).numRows).toBe(0);
    const first = await get('/pages.arrow?_limit=2');
    const link = /^<\/q(.*)>; rel="next"$/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    expect(column(await read(link), 'n')).toEqual([3, 4]);
  });

  test('are broken off, never ended as if whole, by a number that no decimal of Arrow holds', async () => {
    await served.home.database.query(
      `update unified__r1.things set total = 1e20 where n = 1100`.replace('__r1', `__r${await generation()}`),
    );
    const response = await get('/things.arrow');
    expect(response.status).toBe(200);
    await expect(response.arrayBuffer()).rejects.toThrow('terminated');
    expect((await get('/things.csv')).status).toBe(200);
  });
});

async function generation(): Promise<string> {
  const { rows } = await served.home.database.query<{ g: string }>(
    'select generation::text as g from thau.pointer',
  );
  return rows[0]?.g ?? '';
}
