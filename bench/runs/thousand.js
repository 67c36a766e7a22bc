// 1,000 view models: what thau adds to each, what a run with nothing to do costs, a publish of 100 of them with readers
// at work, and a rollback.
import { companion, goal, median, processStart, using, withWarehouse } from './harness.js';

export async function thousand({ models = 1000, publishes = 5 } = {}) {
  return withWarehouse('thousand', async (place) => {
    writeProject(place.write, models);
    await place.sql(
      `create schema raw; create table raw.events as
         select i as id, 'name ' || i as name, i * 10 as amount, now() as loaded_at from generate_series(1, 1000) as i;
       analyze`,
    );
    place.timed('debug'); // makes thau's own tables
    const first = place.thau('run', '--threads', '1');
    const hand = await byHand(place, models);
    const again = place.thau('run', '--threads', '1', '--no-carry');
    const own = ((Math.min(first.wall, again.wall) - hand) / models) * 1000;
    place.timed('build');
    const idle = median([1, 2, 3].map(() => place.timed('build')));
    const start = processStart();
    const readers = companion('readers.js', [place.url.href, '100']);
    await readers.ready;
    const flips = [];
    for (let round = 0; round < publishes; round++) {
      const run = place.thau('run', '-s', 'tag:hundred', '--vars', `{stamp: s${round}}`);
      flips.push(run.event('published'));
    }
    const back = place.thau('rollback');
    const rolled = back.events.at(-1);
    const { reads, errors, retries, mixed } = await readers.end();
    return [
      goal(
        `thau's own time a view model, of ${models}`,
        own,
        5,
        'ms',
        `by hand ${hand.toFixed(2)} s, thau run ${again.wall.toFixed(2)} s`,
      ),
      goal(
        `a run over ${models} unchanged models, whole process`,
        idle,
        1,
        's',
        `an empty Node.js process ${start.toFixed(2)} s`,
      ),
      goal(
        `publish of 100 of ${models} models with readers: the views that are left, and the flip`,
        median(flips.map((one) => (one.viewSeconds + one.flipSeconds) * 1000)),
        100,
        'ms',
        `flip alone ${milliseconds(flips, 'flipSeconds')}; from the last node on, all that is done ${milliseconds(flips, 'seconds')}`,
      ),
      goal(
        'errors and mixed reads of those readers',
        errors + mixed,
        0,
        '',
        `${reads} reads, ${retries} retried by 40001`,
      ),
      goal(`rollback over ${models} models, the rollback itself`, rolled.seconds, 1, 's'),
      goal(`rollback over ${models} models, whole process`, back.wall, 1, 's'),
    ];
  });
}

function milliseconds(flips, part) {
  return `${median(flips.map((one) => one[part] * 1000)).toFixed(0)} ms`;
}

function writeProject(write, count) {
  write('transforms/sources.yml', 'sources: [{name: raw, tables: [{name: events}]}]\n');
  for (let start = 0; start < count; start += 50) {
    const area = `transforms/area_${start / 50}`;
    const entries = [];
    for (let n = start; n < Math.min(start + 50, count); n++) {
      const from = n < 100 ? `{{ source('raw', 'events') }}` : `{{ ref('model_${n - 100}') }}`;
      const tags = n < count - 100 ? '[rest]' : '[hundred]';
      const stamp = n < count - 100 ? '' : `, '{{ var("stamp", "none") }}' as stamp`;
      write(
        `${area}/model_${n}.sql`,
        `{{ config(tags=${tags.replaceAll(/\w+/g, "'$&'")}) }}\nselect id, name, amount + ${n} as amount, loaded_at${stamp}\nfrom ${from}\n`,
      );
      entries.push(
        `  - name: model_${n}\n    description: "One row per event ${n}."\n    columns:\n      - {name: id, description: The key.}\n      - {name: amount, description: In money.}\n`,
      );
    }
    write(`${area}/models.yml`, `models:\n${entries.join('')}`);
  }
}

/** The same statements over one connection, statement by statement. */
async function byHand(place, count) {
  return using(place.url, async (client) => {
    await client.query('drop schema if exists by_hand cascade; create schema by_hand');
    const began = performance.now();
    for (let n = 0; n < count; n++) {
      const from = n < 100 ? 'raw.events' : `by_hand.model_${n - 100}`;
      const stamp = n < count - 100 ? '' : `, 'none' as stamp`;
      await client.query(
        `create view by_hand.model_${n} as (select id, name, amount + ${n} as amount, loaded_at${stamp} from ${from})`,
      );
    }
    const seconds = (performance.now() - began) / 1000;
    await dropInParts(client, count);
    return seconds;
  });
}

/** 1,000 relations in one transaction ask for more locks than a server may have. */
async function dropInParts(client, count) {
  for (let end = count; end > 0; end -= 100) {
    const names = Array.from(
      { length: Math.min(100, end) },
      (_, index) => `by_hand.model_${end - index - 1}`,
    );
    await client.query(`drop view ${names.join(', ')}`);
  }
  await client.query('drop schema by_hand');
}
