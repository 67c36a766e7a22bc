import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Session } from '../../src/postgres/session.js';
import { publishFixture } from './support/publish-fixture.js';
import { serveFixture, type Served } from './support/serve-fixture.js';

/** What the API wrote into its log of statements that were planned again. */
const again: string[] = [];
let served: Served;
let generation = '';

beforeAll(async () => {
  served = await serveFixture(
    { statementTimeout: 60_000, cacheBytes: 0 },
    {
      info: () => undefined,
      warn: (message, facts) => again.push(`${message} ${JSON.stringify(facts)}`),
      error: () => undefined,
    },
  );
  const of = (name: string): string =>
    `type ${name} @relation(model: "${name.toLowerCase()}", key: ["n"]) { n: Int! }`;
  generation = await publishFixture(served.home, {
    sdl: `${['A', 'B', 'C', 'Late'].map(of).join('\n')}
      extend type Query {
        as: [A!]! @many(order: ["n"])
        bs: [B!]! @many(order: ["n"])
        cs: [C!]! @many(order: ["n"])
        lates: [Late!]! @many(order: ["n"])
      }`,
    models: Object.fromEntries(['a', 'b', 'c', 'late'].map((name) => [name, 'select 1 as n'])),
    keys: { a: ['n'], b: ['n'], c: ['n'], late: ['n'] },
    operations: { 'lates.graphql': 'query lates { lates { n } }' },
  });
  await served.published();
});
afterAll(() => served.close());

const query = (text: string): Promise<Record<string, unknown>[]> => served.home.test.query(text);
const table = (name: string): string => `unified__r${generation}.${name}`;
const lock = (session: Session, name: string): Promise<unknown> =>
  session.query(`lock table ${table(name)} in access exclusive mode`);
/** Until somebody waits for the table. */
const waitedFor = (name: string) =>
  expect
    .poll(() => query(`select from pg_locks where relation = '${table(name)}'::regclass and not granted`), {
      timeout: 30_000,
    })
    .toHaveLength(1);

describe('a statement that PostgreSQL picks', () => {
  test('to end a deadlock of others is run again, and its client learns nothing of it', async () => {
    const first = await served.home.database.session();
    const second = await served.home.database.session();
    try {
      // of the two who wait for each other in the end, the API alone looks for deadlocks
      await second.session.query(`set deadlock_timeout = '1h'; begin`);
      await first.session.query('begin');
      await lock(first.session, 'b');
      await lock(second.session, 'c');
      // holds a, and waits for b
      const asked = served.ask('{ as { n } bs { n } cs { n } }');
      await waitedFor('b');
      const locked = lock(second.session, 'a');
      await waitedFor('a');
      // now it holds a and b, and waits for c, whose holder waits for a
      await first.session.query('rollback');
      await locked;
      await second.session.query('commit');
      const answer = await asked;
      expect([answer.status, answer.body]).toEqual([
        200,
        { data: { as: [{ n: 1 }], bs: [{ n: 1 }], cs: [{ n: 1 }] } },
      ]);
      expect(again.filter((line) => line.includes('deadlock detected'))).toHaveLength(1);
    } finally {
      await first.close();
      await second.close();
    }
  });

  test.each(['40001', '40P01'])('to fail with %s is run again, by POST and by a stream', async (sqlstate) => {
    await query('drop table if exists flags; create table flags as select true as fails');
    await query(
      `create or replace function fails() returns int language plpgsql stable as $$
       begin
         -- sees what was when its statement began, and waits for the test to change that
         perform pg_advisory_xact_lock_shared(4713);
         if (select fails from flags) then raise 'the text of PostgreSQL' using errcode = '${sqlstate}'; end if;
         return 1;
       end $$;
       do $$ begin
         if to_regclass('${table('kept')}') is null then alter table ${table('late')} rename to kept; end if;
       end $$;
       create or replace view ${table('late')} as select fails() as n`,
    );
    const ask = [
      () => served.ask('{ lates { n } }').then(({ status, body }) => [status, body.data?.['lates'] ?? body]),
      () =>
        fetch(`${served.api.url}/q/lates.json`, { headers: { 'x-api-key': served.key } }).then(
          async (response) => [response.status, await response.json()],
        ),
    ];
    for (const one of ask) {
      const held = await served.home.database.session();
      await query('update flags set fails = true');
      await held.session.query('select pg_advisory_lock(4713)');
      const asked = one();
      await expect
        .poll(
          () => query(`select from pg_locks where locktype = 'advisory' and objid = 4713 and not granted`),
          {
            timeout: 30_000,
          },
        )
        .toHaveLength(1);
      await query('update flags set fails = false');
      await held.close();
      expect(await asked).toEqual([200, [{ n: 1 }]]);
    }
    // one that fails each time is told at last, and not as a fault of ours
    await query('update flags set fails = true');
    const never = await served.ask('{ again: lates { n } }');
    expect([never.status, never.body.errors?.[0]?.extensions['code']]).toEqual([503, 'UNAVAILABLE']);
    expect(never.text).not.toContain('the text of PostgreSQL');
    const none = await fetch(`${served.api.url}/q/lates.csv`, { headers: { 'x-api-key': served.key } });
    expect(none.status).toBe(503);
  });
});
