import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { ChildThau, projectFolder, thau, type ProjectFolder } from '../support/child-thau.js';

let place: TestDatabase;
let project: ProjectFolder;
let env: Record<string, string>;
beforeAll(async () => {
  place = await createTestDatabase();
  env = { DATABASE_URL: place.url };
  project = projectFolder({
    'transforms/events.sql': `{{ config(materialized='incremental', unique_key='id', incremental_path='versioned') }}
      select id, '{{ var("word") }}' as word from generate_series(1, {{ var("rows", 5) }}) as s (id)`,
    'transforms/after.sql': `{{ config(materialized='table') }}
      select count(*) as n {{ var("slow", "") }} from {{ ref('events') }}`,
  });
});
afterAll(async () => {
  project.remove();
  await place.drop();
});

const build = (vars: Record<string, unknown>): string[] => [
  'run',
  '--project-dir',
  project.path,
  '--no-carry',
  '--vars',
  JSON.stringify(vars),
];
const shown = async (): Promise<unknown> =>
  (await place.query('select count(*)::int as n, array_agg(distinct word) as words from public.events'))[0];

/** Resolves when a backend of the run is at work on the node after the versioned one. */
async function afterEvents(run: number): Promise<void> {
  for (;;) {
    const rows = await place.query(
      `select from pg_stat_activity where datname = current_database() and application_name = $1
         and query like '%pg_sleep(120)%' and state = 'active'`,
      [`thau run ${run}`],
    );
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const asleep = ', min(pg_sleep(120)::text) as slow';

describe('a run killed after it wrote to a versioned table, before its publish,', () => {
  test('is seen by nobody, undone by the next, and does no harm when it only slept', async () => {
    expect(await thau(build({ word: 'before' }), env)).toMatchObject({ code: 0 });
    const killed = new ChildThau(build({ word: 'killed', rows: 7, slow: asleep }), env);
    await afterEvents(2);
    expect(await place.query('select count(*)::int as n from public__r2.events')).toEqual([{ n: 7 }]);
    expect(await shown()).toEqual({ n: 5, words: ['before'] });
    killed.kill('SIGKILL');
    await killed.ended;
    expect(await shown()).toEqual({ n: 5, words: ['before'] });
    const next = await thau(build({ word: 'next', rows: 1 }), env);
    expect(next.stdout + next.stderr).toContain('(versioned)');
    expect(next.code).toBe(0);
    expect(await shown()).toEqual({ n: 5, words: ['before', 'next'] });

    const stopped = new ChildThau(build({ word: 'stopped', rows: 9, slow: asleep }), env);
    await afterEvents(4);
    stopped.kill('SIGSTOP');
    await place.query(`update thau.run_lock set heartbeat_at = heartbeat_at - interval '1 hour'`);
    const over = await thau(build({ word: 'over', rows: 2 }), env);
    expect(over.code).toBe(0);
    stopped.kill('SIGCONT');
    expect((await stopped.ended).code).toBe(1);
    expect(await shown()).toEqual({ n: 5, words: ['before', 'over'] });
    expect(await thau(build({ word: 'last', rows: 1 }), env)).toMatchObject({ code: 0 });
    expect(
      await place.query('select word, count(*)::int as n from public.events group by 1 order by 1'),
    ).toEqual([
      { word: 'before', n: 3 },
      { word: 'last', n: 1 },
      { word: 'over', n: 1 },
    ]);
  });
});
