import pg from 'pg';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { ChildThau, projectFolder, thau, type ProjectFolder } from '../support/child-thau.js';

let place: TestDatabase;
let project: ProjectFolder;
let env: Record<string, string>;
beforeEach(async () => {
  place = await createTestDatabase();
  project = projectFolder({
    'transforms/a.sql': `{{ config(materialized='table') }}\nselect '{{ var("word") }}' as word {{ var("slow", "") }}`,
    'transforms/b.sql': `{{ config(materialized='table') }}\nselect word, count(*) as n from {{ ref('a') }} group by word`,
    'tests/has_a_word.sql': `select * from {{ ref('b') }} where word is null`,
  });
  env = { DATABASE_URL: place.url };
  return async () => {
    project.remove();
    await place.drop();
  };
});

const build = (word: string, slow = ''): string[] => [
  'build',
  '--project-dir',
  project.path,
  '--no-carry',
  '--vars',
  JSON.stringify({ word, slow }),
];

const asleep = ', pg_sleep(120)::text as slow';

/** Resolves when a backend of the run is at work on the slow node. */
async function building(run: number): Promise<void> {
  for (;;) {
    const rows = await place.query(
      `select from pg_stat_activity where datname = current_database() and application_name = $1 and query like '%pg_sleep(120)%' and state = 'active'`,
      [`thau run ${run}`],
    );
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const shown = async (): Promise<unknown> => (await place.query('select word from public.b'))[0]?.['word'];
const pointer = async (): Promise<unknown> =>
  (await place.query('select generation from thau.pointer'))[0]?.['generation'];

describe('thau build', () => {
  test('killed in the middle leaves what was published, and the next one cleans up and publishes', async () => {
    expect(await thau(build('before'), env)).toMatchObject({ code: 0 });
    const killed = new ChildThau(build('killed', asleep), env);
    await building(2);
    killed.kill('SIGKILL');
    expect(await killed.ended).toMatchObject({ signal: 'SIGKILL' });
    expect(await shown()).toBe('before');
    const next = await thau(build('after'), env);
    expect(next.stderr).toContain('cleaned up after run 2');
    expect(next.code).toBe(0);
    expect(await shown()).toBe('after');
    expect(await place.query('select run_id, state from thau.runs order by 1')).toEqual([
      { run_id: '1', state: 'published' },
      { run_id: '2', state: 'superseded' },
      { run_id: '3', state: 'published' },
    ]);
    expect(await place.query(`select from pg_namespace where nspname like '%\\_\\_r2'`)).toEqual([]);
    expect(
      await place.query(
        `select from pg_stat_activity where datname = current_database() and application_name = 'thau run 2'`,
      ),
    ).toEqual([]);
  });

  test('stopped before its publish is taken over, and publishes nothing when it wakes up', async () => {
    expect(await thau(build('before'), env)).toMatchObject({ code: 0 });
    const stopped = new ChildThau(build('stopped', asleep), env);
    await building(2);
    stopped.kill('SIGSTOP');
    // the heartbeat is old, as after half a minute of silence
    await place.query(`update thau.run_lock set heartbeat_at = heartbeat_at - interval '1 hour'`);
    const next = await thau(build('after'), env);
    expect(next.stderr).toContain('cleaned up after run 2');
    expect(next.code).toBe(0);
    stopped.kill('SIGCONT');
    const woken = await stopped.ended;
    expect(woken.code).toBe(1);
    expect(woken.stderr).toMatch(/BUILD_SUPERSEDED|POSTGRES_RUN_LOCK_LOST/);
    expect(woken.stderr).toMatch(/Run 3 (\(process \d+ on .+\) )?took over/);
    expect(woken.stderr).not.toMatch(/\.js:\d+/);
    expect(await shown()).toBe('after');
    expect(await pointer()).toBe('3');
    const states = await place.query('select state from thau.runs order by run_id');
    expect(states.map((row) => row['state'])).toEqual(['published', 'superseded', 'published']);
  });

  test('stopped in the middle of its publish is taken over as well: the server ends that transaction', async () => {
    project.write({ 'thau.yml': 'runs: {lock_stale_after: 1 s, lock_wait: 30 s}\n' });
    expect(await thau(build('before'), env)).toMatchObject({ code: 0 });
    const holder = new pg.Client({ connectionString: place.url });
    await holder.connect();
    const stopped = new ChildThau(build('stopped'), env);
    try {
      await holder.query('begin; lock table thau.pointer in share mode');
      await vi.waitUntil(
        async () =>
          (
            await place.query(
              `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
                 and query like '%insert into "thau".pointer%'`,
            )
          ).length > 0,
        { timeout: 30_000, interval: 10 },
      );
      stopped.kill('SIGSTOP');
    } finally {
      await holder.end();
    }
    const next = await thau(build('after'), env);
    expect(next.code, next.stdout + next.stderr).toBe(0);
    expect(await shown()).toBe('after');
    stopped.kill('SIGCONT');
    const woken = await stopped.ended;
    expect(woken.code).toBe(1);
    expect(woken.stderr).toMatch(/took over/);
    expect(await pointer()).toBe('3');
  });

  test('interrupted by Ctrl-C stops its statements, says so and leaves what was published', async () => {
    expect(await thau(build('before'), env)).toMatchObject({ code: 0 });
    const child = new ChildThau(build('interrupted', asleep), env);
    await building(2);
    child.kill('SIGINT');
    const ended = await child.ended;
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toContain('was cancelled');
    expect(await shown()).toBe('before');
    expect(await place.query('select state from thau.runs where run_id = 2')).toEqual([
      { state: 'cancelled' },
    ]);
  });

  test('refuses to run beside another, naming its number, process and start', async () => {
    const first = new ChildThau(build('first', asleep), env);
    await building(1);
    const second = await thau(build('second'), env);
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(new RegExp(`Run 1 .*process ${first.process.pid} on .*, started 20`));
    const asked = await thau(['cancel', '--project-dir', project.path], env);
    expect(asked.stdout).toContain('Asked run 1');
    expect((await first.ended).stderr).toContain('was cancelled');
  });

  test('killed at random moments never harms what is published', async () => {
    expect(await thau(build('w0'), env)).toMatchObject({ code: 0 });
    let published = 'w0';
    for (let attempt = 1; attempt <= 4; attempt++) {
      const child = new ChildThau(build(`w${attempt}`), env);
      const moment = 300 + Math.random() * 900;
      const timer = setTimeout(() => child.kill('SIGKILL'), moment);
      const ended = await child.ended;
      clearTimeout(timer);
      const word = String(await shown());
      // published whole or not at all: a killed process may have published just before
      if (ended.code === 0) expect(word).toBe(`w${attempt}`);
      else expect([published, `w${attempt}`]).toContain(word);
      published = word;
      const [both] = await place.query(
        'select a.word = b.word as same from public.a as a cross join public.b as b',
      );
      expect(both).toEqual({ same: true });
    }
    const last = await thau(build('last'), env);
    expect(last.stderr + last.stdout).toContain('published');
    expect(await shown()).toBe('last');
  }, 180_000);
});
