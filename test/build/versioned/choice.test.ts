import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { PathSettings } from '../../../src/build/versioned/choose-path.js';
import type { Decision } from '../../../src/build/plan/decision.js';
import { makePlan } from '../../../src/build/plan/plan.js';
import { readGeneration } from '../../../src/build/publish/generation.js';
import type { Database } from '../../../src/postgres/database.js';
import { createTestDatabase, stateTemplate, type TestDatabase } from '../../support/test-database.js';
import { projectFolder, thau } from '../support/child-thau.js';
import { flags, openState, plainProject, runPlain, type PlainNode } from '../support/engine.js';

let place: TestDatabase;
let database: Database;
let number = 0;
let name = '';
beforeAll(async () => {
  place = await createTestDatabase(stateTemplate());
  database = await openState(place.url);
});
afterAll(async () => {
  await database.close();
  await place.drop();
});
beforeEach(() => {
  name = `chosen${number++}`;
});

const model = (rows: number, config: Record<string, unknown> = {}, extra = {}): PlainNode => ({
  name,
  config: { materialized: 'incremental', unique_key: 'id', ...config },
  sql: () => `select id from generate_series(1, ${rows}) as s (id)`,
  extra,
});
const planned = async (
  nodes: readonly PlainNode[],
  paths: PathSettings = {},
): Promise<Decision | undefined> => {
  const { manifest, renderer } = plainProject(nodes);
  const current = await readGeneration(database, 'thau');
  const plan = await makePlan(database, {
    manifest,
    renderer,
    flags,
    state: 'thau',
    current,
    selected: new Set(Object.keys(manifest.nodes)),
    distrustRecent: false,
    passedTests: {},
    paths,
    force: 'the test says so',
  });
  return plan.decisions.get(`model.shop.${name}`);
};
const path = async (...given: Parameters<typeof planned>): Promise<unknown> =>
  (await planned(...given))?.path;
const always = { incremental_path: 'versioned' };

describe('the path of an incremental model', () => {
  test('is chosen by size: versioned from so many rows on, copied again below half of them', async () => {
    const paths = { versionedFrom: 100 };
    expect(await path([model(150)], paths)).toMatchObject({ path: 'whole', because: 'is new', least: 100 });
    await runPlain(database, [model(60)], { paths });
    expect(await path([model(60)], paths)).toMatchObject({ path: 'clone', because: 'about 60 rows' });
    await runPlain(database, [model(150)], { paths });
    expect(await path([model(150)], paths)).toEqual({
      path: 'versioned',
      because: 'about 150 rows',
      least: 100,
    });
    expect(await path([model(150)], { versionedFrom: 250 })).toMatchObject({ path: 'versioned' });
    expect(await path([model(150)], { versionedFrom: 500 })).toMatchObject({
      path: 'clone',
      because: 'only about 150 rows',
    });
    const ran = await runPlain(database, [model(1)], { paths });
    expect(ran.results[0]?.message).toBe('INSERT 0 1 (versioned)');
  });

  test('follows thau.yml, before it the config, before it the flag', async () => {
    await runPlain(database, [model(3)]);
    expect(await path([model(3)], { path: 'versioned' })).toMatchObject({
      because: 'runs.incremental_path says so: copied once more, versioned from then on',
      least: 0,
    });
    expect(await path([model(3, { incremental_path: 'clone' })], { path: 'versioned' })).toEqual({
      path: 'clone',
      because: 'its config says so',
    });
    expect(await path([model(3, { meta: { incremental_path: 'clone' } })], { path: 'versioned' })).toEqual({
      path: 'clone',
      because: 'its config says so',
    });
    expect(await path([model(3, { incremental_path: 'clone' })], { asked: 'versioned' })).toMatchObject({
      because: 'asked for by --incremental-path: copied once more, versioned from then on',
    });
    await expect(path([model(3, { incremental_path: 'fast' })])).rejects.toMatchObject({
      code: 'BUILD_CONFIG',
    });
  });

  test.each<[string, Record<string, unknown>, object]>([
    ['is unlogged', { unlogged: true }, {}],
    ['is built by batches of time', { incremental_strategy: 'microbatch' }, {}],
    ['a hook may name `this`', { post_hook: [{ sql: 'analyze {{ this }}', transaction: true }] }, {}],
    [
      'its contract has a key or a constraint of its own',
      { contract: { enforced: true } },
      { constraints: [{ type: 'primary_key', columns: ['id'] }] },
    ],
  ])('is a copy where it %s', async (because, config, extra) => {
    await runPlain(database, [model(3)]);
    expect(await path([model(3, { ...always, ...config }, extra)])).toEqual({ path: 'clone', because });
  });

  test('may be versioned where a hook grants on `this` or names no relation', async () => {
    await runPlain(database, [model(3, always)]);
    const post_hook = [
      { sql: 'grant select on {{ this }} to pg_monitor', transaction: true },
      { sql: 'select 1', transaction: true },
    ];
    expect(await path([model(3, { ...always, post_hook })])).toMatchObject({ path: 'versioned' });
  });

  test('is a copy where the project has its own of the macros that make a snapshot', async () => {
    const kept: PlainNode = {
      ...model(3, { materialized: 'snapshot', strategy: 'check', check_cols: 'all', ...always }),
      type: 'snapshot',
    };
    await runPlain(database, [kept]);
    const { manifest, renderer } = plainProject([kept]);
    const macro = { name: 'snapshot_merge_sql', package_name: 'shop' };
    const plan = await makePlan(database, {
      manifest: { ...manifest, macros: { 'macro.shop.m': macro as never } },
      renderer,
      flags,
      state: 'thau',
      current: await readGeneration(database, 'thau'),
      selected: new Set(Object.keys(manifest.nodes)),
      distrustRecent: false,
      passedTests: {},
      force: 'the test says so',
    });
    expect(plan.decisions.get(`snapshot.shop.${name}`)?.path).toEqual({
      path: 'clone',
      because: 'the project has its own snapshot_merge_sql',
    });
  });

  test('is a copy where another node samples it or reads its system columns, even when nothing else changed', async () => {
    const parent = model(50, always);
    await runPlain(database, [parent]);
    const sampler = (sql: string): PlainNode => ({
      name: `${name}_reader`,
      reads: [name],
      sql: ({ ref }) => sql.replace('$', ref(name)),
    });
    const sample = sampler('select count(*) as n from $ tablesample system (100)');
    expect(await planned([parent, sample])).toMatchObject({
      path: { path: 'clone', because: `${name}_reader reads it as only a table can be read` },
    });
    const ran = await runPlain(database, [parent, sample], { carry: true });
    expect(ran.state).toBe('published');
    expect(await place.query(`select n::int from shop.${name}_reader`)).toEqual([{ n: 50 }]);
    expect(await path([parent, sampler(`select 'tablesample ctid' as text from $`)])).toMatchObject({
      because: 'its config says so: copied once more, versioned from then on',
    });
    expect(await path([parent, sampler('select min(ctid::text) as first from $')])).toMatchObject({
      because: `${name}_reader reads it as only a table can be read`,
    });
  });
});

describe('thau plan', () => {
  test('shows the path with its reason, and the flag overrides it', async () => {
    const own = await createTestDatabase(stateTemplate());
    const project = projectFolder({
      'thau.yml': 'runs:\n  versioned_from: 100\n',
      'transforms/big.sql': `{{ config(materialized='incremental', unique_key='id') }}
        select id from generate_series(1, 200) as s (id) {% if is_incremental() %} where id > 199 {% endif %}`,
    });
    try {
      const env = { DATABASE_URL: own.url };
      const at = ['--project-dir', project.path];
      expect(await thau(['run', ...at], env)).toMatchObject({ code: 0 });
      project.write({
        'transforms/big.sql': `{{ config(materialized='incremental', unique_key='id') }}
          select id + 0 as id from generate_series(1, 200) as s (id) {% if is_incremental() %} where id > 199 {% endif %}`,
      });
      expect((await thau(['plan', ...at], env)).stdout).toContain('versioned: about 200 rows');
      const json = await thau(['plan', ...at, '--json', '--incremental-path', 'clone'], env);
      expect(json.stdout).toContain('"path":"clone","pathBecause":"asked for by --incremental-path"');
      const ran = await thau(['run', ...at], env);
      expect(ran.stdout + ran.stderr).toContain('INSERT 0 1 (versioned)');
      const wrong = await thau(['run', ...at, '--incremental-path', 'fast'], env);
      expect(wrong).toMatchObject({ code: 2 });
      expect(wrong.stderr).toContain('auto, clone or versioned');
    } finally {
      project.remove();
      await own.drop();
    }
  });
});
