import { beforeEach, expect, test } from 'vitest';
import { ChildThau, projectFolder, thau, type ProjectFolder } from '../build/support/child-thau.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let place: TestDatabase;
let project: ProjectFolder;
let env: Record<string, string>;
const schedulers: ChildThau[] = [];
beforeEach(async () => {
  place = await createTestDatabase();
  project = projectFolder({
    'thau.yml': "runs: {lock_stale_after: 2 s, lock_wait: 60 s}\nschedules: {often: {cron: '* * * * * *'}}\n",
    'transforms/a.sql': `{{ config(materialized='table') }}\nselect clock_timestamp() as at, pg_backend_pid() as pid`,
    'transforms/b.sql': `{{ config(materialized='table') }}\nselect a.*, random() as luck from {{ ref('a') }} as a`,
  });
  env = { DATABASE_URL: place.url };
  expect(await build()).toMatchObject({ code: 0 });
  return async () => {
    for (const one of schedulers.splice(0)) {
      one.kill('SIGCONT');
      one.kill('SIGKILL');
      await one.ended;
    }
    project.remove();
    await place.drop();
  };
});

const build = () => thau(['build', '--no-carry', '--project-dir', project.path], env);
const lead = async (): Promise<number | undefined> => {
  const [row] = await place.query('select pid from thau.schedule_lead');
  return row?.['pid'] as number | undefined;
};

test('two schedulers and two command lines at once never publish into each other, one of them stopped and woken', async () => {
  for (let i = 0; i < 2; i++) {
    schedulers.push(new ChildThau(['start', '--project-dir', project.path], { ...env, PORT: '0' }));
  }
  await expect.poll(lead, { timeout: 60_000 }).toBeDefined();
  const first = await lead();
  const stopped = schedulers.find((one) => one.process.pid === first)!;
  expect(stopped).toBeDefined();
  const builds = [build(), build()];
  stopped.kill('SIGSTOP');
  // the other takes over from a leader that holds its session and shows no life
  await expect.poll(lead, { timeout: 120_000 }).not.toBe(first);
  stopped.kill('SIGCONT');
  builds.push(build(), build());
  for (const ended of await Promise.all(builds)) expect(ended.code, ended.stderr).toBe(0);
  for (const one of schedulers) one.kill('SIGTERM');
  for (const one of schedulers) await one.ended;
  const interleaved = await place.query(
    `select a.run_id, b.run_id as other from thau.runs as a
     join thau.generations as x on x.run_id = a.run_id
     join thau.runs as b on b.run_id > a.run_id
     join thau.generations as y on y.run_id = b.run_id
     where b.started_at < x.published_at or y.published_at < x.published_at`,
  );
  expect(interleaved).toEqual([]);
  const [shown] = await place.query(
    `select (select generation from thau.pointer) = (select max(generation) from thau.generations) as newest,
            (select at from public.a) = (select at from public.b) as whole`,
  );
  expect(shown).toEqual({ newest: true, whole: true });
}, 300_000);
