import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishFixture, type Fixture } from '../support/publish-fixture.js';
import { serveFixture, type Served } from '../support/serve-fixture.js';

/** Rows that wait for the test at number 2,500, and a row past them that has no value of its type. */
const fixture: Fixture = {
  sdl: `
    type Many @relation(model: "many", key: ["n"]) { n: Int! word: String kind: Kind! share: Float total: Decimal at: DateTime }
    enum Kind { ODD EVEN }
    type Held @relation(model: "held", key: ["n"]) { n: Int! waited: String }
    type Wrong @relation(model: "wrong", key: ["n"]) { n: Int! value: Float }
    extend type Query {
      many: ManyConnection! @many(order: ["n"])
      manyList(kind: Kind, numbers: [Int!] @where(column: "n", op: IN)): [Many!]! @many(order: ["n"])
      held: [Held!]! @many(order: ["n"])
      wrong: [Wrong!]! @many(order: ["n"])
    }`,
  models: {
    many: `select n, case when n = 7 then '=1+1' else 'từ ' || n end as word, case n % 2 when 0 then 'even' else 'odd' end as kind,
             n / 4.0::float8 as share, (n * 1000.50)::numeric as total, timestamptz '2026-01-01' + n * interval '1 s' as at
           from generate_series(1, 3000) as n`,
    held: 'select n, null::text as waited from generate_series(1, 4000) as n',
    wrong:
      "select n, case when n = 1200 then float8 'NaN' else n end as value from generate_series(1, 2000) as n",
  },
  keys: { many: ['n'], held: ['n'], wrong: ['n'] },
  operations: {
    'all.graphql':
      '# Every one.\nquery all($after: String) { many(after: $after) { edges { node { n word } } } }',
    'pages.graphql':
      'query pages($first: Int = 10, $after: String) { many(first: $first, after: $after) { edges { node { n } } } }',
    'list.graphql':
      'query list($kind: Kind!, $numbers: [Int!]) { manyList(kind: $kind, numbers: $numbers) { n kind share total at } }',
    'held.graphql': 'query held { held { n waited } }',
    'wrong.graphql': 'query wrong { wrong { n value } }',
    'soon.graphql': 'query soon { wrong(filter: {n: {gte: 1100}}) { n value } }',
  },
};

let served: Served;

beforeAll(async () => {
  served = await serveFixture({ pool: 2, queueTimeout: 1_500 });
  const generation = await publishFixture(served.home, fixture);
  await served.home.database.query(
    `alter table unified__r${generation}.held rename to held_rows;
     create view unified__r${generation}.held as
     select n, case when n = 2500 then pg_advisory_xact_lock_shared(4711)::text end as waited
     from unified__r${generation}.held_rows order by n`,
  );
  await served.published();
});
afterAll(() => served.close());

const get = (
  path: string,
  headers: Readonly<Record<string, string>> = {},
  init: RequestInit = {},
): Promise<Response> =>
  fetch(`${served.api.url}/q${path}`, {
    ...init,
    headers: { authorization: `Bearer ${served.key}`, ...headers },
  });

const numbers = (ndjson: string): number[] =>
  ndjson
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { n: number }).n);

const counted = async (sql: string): Promise<number> =>
  Number((await served.home.test.query(`select count(*)::int as n from ${sql}`))[0]?.['n']);
const leases = "thau.leases where holder like 'rows for%'";
const streams = `pg_stat_activity where datname = current_database() and application_name = 'thau api stream'`;

/** Holds what the rows wait for while `work` runs. */
async function whileHeld(work: () => Promise<void>): Promise<void> {
  const own = await served.home.database.session();
  try {
    await own.session.query('select pg_advisory_lock(4711)');
    await work();
  } finally {
    await own.close();
  }
}

/** Reads until the row of that number has come. */
async function readTo(reader: ReadableStreamDefaultReader<Uint8Array>, wanted: number): Promise<string> {
  let text = '';
  while (!text.includes(`"n":${wanted},`)) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`the answer ended before row ${wanted}`);
    text += Buffer.from(value).toString('utf8');
  }
  return text;
}

/** Reads to the end. */
async function readAll(reader: ReadableStreamDefaultReader<Uint8Array>, begun: string): Promise<string> {
  let text = begun;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    text += Buffer.from(part.value).toString('utf8');
  }
  return text;
}

describe('a page', () => {
  test('links to the next one, to the last', async () => {
    let path = '/pages.ndjson?_limit=700';
    const seen: number[] = [];
    for (let page = 0; page < 6 && path !== ''; page += 1) {
      const response = await get(path);
      seen.push(...numbers(await response.text()));
      path = /^<\/q(.*)>; rel="next"$/.exec(response.headers.get('link') ?? '')?.[1] ?? '';
    }
    expect(path).toBe('');
    expect(seen).toHaveLength(3000);
    expect(new Set(seen).size).toBe(3000);
  });
});

describe('an answer of many rows', () => {
  test('is whole in each format, and the same as GraphQL says', async () => {
    const json = (await (await get('/all.json')).json()) as { n: number; word: string }[];
    expect(json.map(({ n }) => n)).toEqual(Array.from({ length: 3000 }, (_, index) => index + 1));
    expect(numbers(await (await get('/all.ndjson')).text())).toHaveLength(3000);
    const csv = (await (await get('/all.csv?_bom=1')).text()).split('\r\n');
    expect(csv).toHaveLength(3002);
    expect(csv[7]).toBe("7,'=1+1");
    const { body } = await served.ask('{ manyList(kind: EVEN) { n kind share total at } }');
    const list = (await (await get('/list.json?kind=EVEN')).json()) as { total: number }[];
    expect(list.map((row) => ({ ...row, total: row.total.toFixed(2) }))).toEqual(body.data?.['manyList']);
  });

  test('is asked again by its tag without being read, until the next publish', async () => {
    const first = await get('/list.csv?kind=ODD');
    const etag = first.headers.get('etag') ?? '';
    const text = await first.text();
    expect((await get('/list.csv?kind=ODD', { 'if-none-match': etag })).status).toBe(304);
    expect((await get('/list.csv?kind=EVEN', { 'if-none-match': etag })).status).toBe(200);
    expect(await (await get('/list.csv?kind=ODD')).text()).toBe(text);
    expect((await get('/list.csv?kind=ODD', {}, { method: 'HEAD' })).headers.get('etag')).toBe(etag);
  });

  test('leaves as it comes, and its generation is leased to its end', async () => {
    let whole = '';
    await whileHeld(async () => {
      const response = await get('/held.ndjson');
      expect(response.headers.get('x-thau-generation')).toMatch(/^\d+$/);
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      // the row that waits is not written yet
      whole = await readTo(reader, 2000);
      expect(whole).not.toContain('"n":2500,');
      expect(await counted(leases)).toBe(1);
      void (async () => {
        for (let part = await reader.read(); !part.done; part = await reader.read()) {
          whole += Buffer.from(part.value).toString('utf8');
        }
        whole += 'end';
      })();
    });
    await expect.poll(() => whole.endsWith('end')).toBe(true);
    expect(numbers(whole.slice(0, -3))).toHaveLength(4000);
    await expect.poll(() => counted(leases)).toBe(0);
    await expect.poll(() => counted(streams)).toBe(0);
  });

  test('comes to its end when the server is asked to end by SIGTERM meanwhile', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'thau stream '));
    writeFileSync(join(folder, 'dbt_project.yml'), 'name: shop\n');
    const child = spawn(process.execPath, [resolve('bin/thau.js'), 'serve', '--json'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], DATABASE_URL: served.home.test.url, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exited = once(child, 'exit');
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
    await expect.poll(() => /"url":"([^"]+)"/.exec(out)?.[1], { timeout: 60_000 }).toBeDefined();
    const url = /"url":"([^"]+)"/.exec(out)?.[1] ?? '';
    let rest = Promise.resolve('');
    await whileHeld(async () => {
      const response = await fetch(`${url}/q/held.ndjson`, {
        headers: { authorization: `Bearer ${served.key}` },
      });
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      const begun = await readTo(reader, 500);
      rest = readAll(reader, begun);
      child.kill('SIGTERM');
      // nobody is listened to any more, and the rows are not all there
      await expect
        .poll(() => fetch(`${url}/health/live`, { headers: { connection: 'close' } }).catch(() => 'gone'), {
          timeout: 30_000,
        })
        .toBe('gone');
      expect(child.exitCode).toBeNull();
    });
    expect(numbers(await rest)).toHaveLength(4000);
    expect((await exited)[0], out).toBe(0);
    rmSync(folder, { recursive: true });
  });

  test('ends in the database when its client goes away', async () => {
    await whileHeld(async () => {
      const client = new AbortController();
      const response = await get('/held.csv', {}, { signal: client.signal });
      await (response.body as ReadableStream<Uint8Array>).getReader().read();
      await expect.poll(() => counted(`${streams} and wait_event_type = 'Lock'`)).toBe(1);
      client.abort();
      await expect.poll(() => counted(streams)).toBe(0);
      await expect.poll(() => counted(leases)).toBe(0);
    });
    expect((await get('/pages.json')).status).toBe(200);
  });

  test('leaves nothing behind, whenever its client goes', async () => {
    await Promise.all(
      Array.from({ length: 24 }, async (_, n) => {
        const client = new AbortController();
        const asked = get(`/pages.csv?_limit=${2000 + n}`, {}, { signal: client.signal })
          .then((response) => (n % 2 === 0 ? response.text() : ''))
          .catch(() => 'gone');
        for (let turn = 0; turn < n * 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        client.abort();
        await asked;
      }),
    );
    await expect.poll(() => counted(streams)).toBe(0);
    await expect.poll(() => counted(leases)).toBe(0);
    expect((await get('/all.csv')).status).toBe(200);
  });

  test('has its turn, and is refused with Retry-After when that does not come', async () => {
    await whileHeld(async () => {
      const clients = [new AbortController(), new AbortController()];
      // each client takes what comes, so that both are at the row that waits
      for (const client of clients) {
        const { body } = await get('/held.csv', {}, { signal: client.signal });
        void (body as ReadableStream<Uint8Array>).pipeTo(new WritableStream()).catch(() => undefined);
      }
      const refused = await get('/held.csv');
      expect(refused.status).toBe(503);
      expect(refused.headers.get('retry-after')).toBe('1');
      expect(refused.headers.get('etag')).toBeNull();
      // what needs no stream is answered meanwhile
      expect((await get('/pages.json')).status).toBe(200);
      const waiting = get('/all.csv');
      clients[0]?.abort();
      expect((await waiting).status).toBe(200);
      clients[1]?.abort();
      await expect.poll(() => counted(streams)).toBe(0);
    });
  });

  test('is broken off where a row is at fault, never ended as if it were whole', async () => {
    const response = await get('/wrong.json');
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow('terminated');
    await expect.poll(() => counted(leases)).toBe(0);
  });

  test.each([
    ['/list.json?kind=ROUND', 400, 'BAD_USER_INPUT'],
    ['/list.json', 400, 'BAD_USER_INPUT'],
    ['/soon.json', 422, 'DATA_FAULT'],
    ['/soon.arrow', 422, 'DATA_FAULT'],
    ['/pages.json?_limit=2000000000000', 400, 'BAD_USER_INPUT'],
    ['/all.json?_after=tampered', 400, 'QUERY_CURSOR'],
    ['/all.json?_after=%00', 400, 'QUERY_CURSOR'],
  ])('%s is %i before a row', async (path, status, code) => {
    const response = await get(path);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code } }] });
  });

  test('goes on in the generation it began in when another is published', async () => {
    let text = '';
    await whileHeld(async () => {
      const response = await get('/held.ndjson');
      const reader = (response.body as ReadableStream<Uint8Array>).getReader();
      text = await readTo(reader, 500);
      await publishFixture(served.home, {
        ...fixture,
        models: {
          ...fixture.models,
          many: "select 1 as n, null::text as word, 'odd' as kind, 1::float8 as share, 1::numeric as total, now() as at",
        },
      });
      void (async () => {
        for (let part = await reader.read(); !part.done; part = await reader.read()) {
          text += Buffer.from(part.value).toString('utf8');
        }
        text += 'end';
      })();
    });
    await expect.poll(() => text.endsWith('end')).toBe(true);
    expect(numbers(text.slice(0, -3))).toHaveLength(4000);
    await expect.poll(async () => numbers(await (await get('/all.ndjson')).text())).toEqual([1]);
  });
});

describe('/q/openapi.json', () => {
  test('describes what may be asked and what the rows are', async () => {
    const document = (await (await get('/openapi.json')).json()) as {
      openapi: string;
      paths: Record<
        string,
        { get: { operationId: string; summary?: string; parameters: { name: string }[] } }
      >;
      components: { schemas: Record<string, { properties?: object }> };
    };
    expect(document.openapi).toBe('3.1.1');
    expect(Object.keys(document.paths)).toHaveLength(6 * 4);
    const ids = Object.values(document.paths).map((path) => path.get.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(document.paths['/q/all.json']?.get.summary).toBe('Every one.');
    expect(document.paths['/q/pages.csv']?.get.parameters.map(({ name }) => name)).toEqual([
      '_limit',
      '_after',
      '_bom',
      '_raw',
    ]);
    expect(document.paths['/q/list.json']?.get.parameters).toEqual([
      { name: 'kind', in: 'query', required: true, schema: { type: 'string', enum: ['ODD', 'EVEN'] } },
      {
        name: 'numbers',
        in: 'query',
        required: false,
        schema: { type: 'array', items: { type: 'integer' } },
        style: 'form',
        explode: true,
      },
      {
        name: '_limit',
        in: 'query',
        required: false,
        description: 'How many rows at most.',
        schema: { type: 'integer' },
      },
    ]);
    expect(document.components.schemas['list']?.properties).toEqual({
      n: { type: ['integer', 'null'] },
      kind: { type: ['string', 'null'], enum: ['ODD', 'EVEN', null] },
      share: { type: ['number', 'null'] },
      total: { type: ['number', 'null'] },
      at: { type: ['string', 'null'], format: 'date-time' },
    });
    // every reference leads somewhere
    for (const [, place = ''] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const found = place
        .split('/')
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
      expect(found, place).toBeDefined();
    }
    expect((await fetch(`${served.api.url}/q/openapi.json`)).status).toBe(401);
  });
});
