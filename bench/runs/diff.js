// thau diff of two large tables that differ in few rows, beside the full outer join that one would write by hand.
import { goal, option, using, withWarehouse } from './harness.js';

export async function diff({ rows = Number(option('--diff-rows', 5_000_000)), changed = 1000 } = {}) {
  return withWarehouse('diff', async (place) => {
    await using(place.url, async (client) => {
      await client.query(
        `
        create table a as select i as id, 'customer ' || i as name, i % 97 as city, i * 0.5 as amount,
          date '2020-01-01' + (i % 2000)::int as placed_on from generate_series(1, ${rows}) as i;
        create table b as select * from a;
        update b set amount = amount + 1 where id % (${rows} / ${changed}) = 0;
        vacuum analyze a; vacuum analyze b`
          .split(';')
          .slice(0, 3)
          .join(';'),
      );
      await client.query('vacuum analyze a');
      await client.query('vacuum analyze b');
    });
    const { diffRelations } = await import('../../dist/build/diff/diff-relations.js');
    const { Database } = await import('../../dist/postgres/database.js');
    const { parseConnectionUrl } = await import('../../dist/config/connection-url.js');
    const database = new Database({ connection: parseConnectionUrl(place.url.href, 'bench') });
    const relation = (name) => ({ schema: 'public', name });
    let found;
    const ours = await seconds(async () => {
      found = await diffRelations(database, {
        before: relation('a'),
        after: relation('b'),
        key: ['id'],
        samples: 3,
      });
    });
    let withoutKey;
    const bag = await seconds(async () => {
      withoutKey = await diffRelations(database, {
        before: relation('a'),
        after: relation('b'),
        key: [],
        samples: 3,
      });
    });
    await database.close();
    if (withoutKey.rows.added !== changed)
      throw new Error(`thau diff found ${withoutKey.rows.added} added rows`);
    if (found.rows.changed !== changed) throw new Error(`thau diff found ${found.rows.changed} changed rows`);
    const hand = await using(place.url, (client) =>
      seconds(() =>
        client.query(`
          select count(*) filter (where a.id is null), count(*) filter (where b.id is null),
              count(*) filter (where a.name is distinct from b.name), count(*) filter (where a.city is distinct from b.city),
              count(*) filter (where a.amount is distinct from b.amount),
              count(*) filter (where a.placed_on is distinct from b.placed_on)
          from a full join b using (id)`),
      ),
    );
    // what one would write where there are too many columns to name
    const byMd5 = await using(place.url, (client) =>
      seconds(() =>
        client.query(`
          select count(*) filter (where a.id is null), count(*) filter (where b.id is null), count(*) filter (where a.h <> b.h)
          from (select id, md5(a::text) as h from a) as a full join (select id, md5(b::text) as h from b) as b using (id)`),
      ),
    );
    return [
      goal(
        `diff of ${rows.toLocaleString('en')} rows, ${changed} changed, over a full outer join`,
        ours / hand,
        1,
        '',
        `${ours.toFixed(1)} s, by hand ${hand.toFixed(1)} s`,
      ),
      goal(
        '  the same over a full outer join of md5 of whole rows',
        ours / byMd5,
        1,
        '',
        `by hand ${byMd5.toFixed(1)} s`,
      ),
      goal('  without a key, over that join', bag / byMd5, undefined, '', `${bag.toFixed(1)} s`),
    ];
  });
}

async function seconds(work) {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}
