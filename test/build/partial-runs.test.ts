import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { deferTo } from '../../src/build/run/deferral.js';
import { sampleFlag, eventTimeFlags } from '../../src/cli/run/event-time-flags.js';
import type { Database } from '../../src/postgres/database.js';
import type { Manifest } from '../../src/project/manifest.js';
import { createTestDatabase, stateTemplate, type TestDatabase } from '../support/test-database.js';
import { ChildThau, projectFolder, type Ended, type ProjectFolder } from './support/child-thau.js';
import { openState, statuses, type Ran } from './support/engine.js';
import { runProject, type ProjectRun } from './support/project-run.js';

let place: TestDatabase;
let database: Database;
let project: ProjectFolder;
beforeEach(async () => {
  place = await createTestDatabase(stateTemplate());
  database = await openState(place.url);
  project = projectFolder({
    'transforms/sources.yml':
      'sources:\n  - name: raw\n    tables:\n      - name: events\n        config: {event_time: at}\n      - name: people\n',
    'transforms/events.sql': `{{ config(materialized='view', event_time='at') }} select * from {{ source('raw', 'events') }}`,
    'transforms/counts.sql': `{{ config(materialized='table') }} select count(*)::int as n from {{ ref('events') }}`,
    'transforms/log.sql': `{{ config(materialized='incremental') }} select * from {{ ref('events') }}
      {% if is_incremental() %} where id > (select max(id) from {{ this }}) {% endif %}`,
    'transforms/people.sql': `{{ config(materialized='table') }} select * from {{ source('raw', 'people') }}`,
    'snapshots/history.sql': `{% snapshot history %}{{ config(unique_key='id', strategy='check', check_cols='all', hard_deletes='invalidate') }}
      select id, id * 2 as twice from {{ ref('people') }}{% endsnapshot %}`,
    'seeds/kinds.csv': 'kind\na\nb\n',
  });
  await change(`create schema raw; create table raw.events (id int, at timestamp); create table raw.people (id int);
    insert into raw.people values (1), (2);
    insert into raw.events values (1, '2026-01-01 10:00'), (2, '2026-01-02 10:00'), (3, '2026-01-03 10:00')`);
  return async () => {
    project.remove();
    await database.close();
    await place.drop();
  };
});

const change = (sql: string): Promise<unknown> => place.query(`${sql}; select pg_stat_force_next_flush()`);
const run = (options: ProjectRun = {}): Promise<Ran> =>
  runProject(database, project.path, { carry: true, ...options });
const because = (ran: Ran, name: string): unknown => ran.results.find((one) => one.name === name)?.message;
const counts = async (): Promise<Record<string, unknown> | undefined> =>
  (
    await place.query(`select (select n from shop.counts) as counts, (select count(*)::int from shop.log) as log,
      (select count(*)::int from shop.people) as people, (select count(*)::int from shop.kinds) as kinds,
      (select count(*)::int from shop.history where dbt_valid_to is null) as history`)
  )[0];
const sample = { SAMPLE: { start: new Date('2026-01-02Z'), end: new Date('2026-01-03Z') } };

describe('--sample', () => {
  test('reads the window of what has event_time and all of what has not; the next run makes it whole', async () => {
    const sampled = await run({ flags: sample });
    expect(sampled.error).toBeUndefined();
    expect(await counts()).toEqual({ counts: 1, log: 1, people: 2, kinds: 2, history: 2 });
    const marks = await place.query('select name, sampled from thau.mapping where sampled is null');
    expect(marks.map((row) => row['name'])).toEqual(['kinds']);
    const whole = await run();
    expect(await counts()).toEqual({ counts: 3, log: 3, people: 2, kinds: 2, history: 2 });
    // a seed is its file, and no sample
    expect(statuses(whole)).toMatchObject({ kinds: 'carried', people: 'success' });
    expect(statuses(await run())).toMatchObject({ counts: 'carried', log: 'carried', history: 'carried' });
  });

  test('over a whole warehouse shows the sample, keeps histories, and the next run makes all whole again', async () => {
    await run();
    const ran = await run({ flags: sample });
    expect(statuses(ran)).toMatchObject({ counts: 'success', log: 'success', history: 'carried' });
    expect(because(ran, 'history')).toContain('keeps its history');
    // nothing newer than what is there came out of the window
    expect(await counts()).toEqual({ counts: 1, log: 3, people: 2, kinds: 2, history: 2 });
    await change(`insert into raw.events values (4, '2026-01-04 10:00')`);
    const whole = await run();
    expect(statuses(whole)).toMatchObject({ counts: 'success', log: 'success' });
    expect(await counts()).toEqual({ counts: 4, log: 4, people: 2, kinds: 2, history: 2 });
    expect(
      await place.query(
        'select count(*)::int as n from thau.mapping where generation = 3 and sampled is not null',
      ),
    ).toEqual([{ n: 0 }]);
  });

  test('is inherited: what is built over a sampled table without the flag holds no more', async () => {
    await run({ flags: sample });
    await runProject(database, project.path, { only: ['counts'] });
    expect(await counts()).toMatchObject({ counts: 1 });
    const rows = await place.query(
      `select sampled from thau.mapping join thau.pointer using (generation) where name = 'counts'`,
    );
    expect(rows).toEqual([{ sampled: '2026-01-02 00:00:00+00:00 to 2026-01-03 00:00:00+00:00' }]);
    await run();
    expect(await counts()).toMatchObject({ counts: 3 });
  });

  test('takes 3 days, an hour, a mapping with start and end, and nothing else', () => {
    const now = new Date('2026-03-31T12:00:00Z');
    const start = (text: string): string | undefined =>
      sampleFlag(text, now)?.start.toISOString().slice(0, 13);
    expect(['3 days', '1 Hour', '1 month', '1 year'].map(start)).toEqual([
      '2026-03-28T12',
      '2026-03-31T11',
      '2026-02-28T12',
      '2025-03-31T12',
    ]);
    expect(sampleFlag('{start: 2026-01-01, end: "2026-01-02 06:00"}', now)).toEqual({
      start: new Date('2026-01-01Z'),
      end: new Date('2026-01-02T06:00:00Z'),
    });
    for (const wrong of [
      '',
      'days',
      '3',
      '3 weeks',
      '0 days',
      '-1 day',
      '{start: 2026-01-01}',
      '{start: x, end: y}',
      '{start: 2026-01-02, end: 2026-01-01}',
      '{start: 2026-01-01, end: 2026-01-02, step: 1}',
      '{[}',
    ]) {
      expect(() => sampleFlag(wrong, now), wrong).toThrow();
    }
    expect(() => eventTimeFlags('2026-01-01', undefined)).toThrow('without --event-time-end');
    expect(() => eventTimeFlags(undefined, '2026-01-01')).toThrow('without --event-time-start');
    expect(() => eventTimeFlags('2026-01-01', '2026-01-01')).toThrow('before');
    expect(() => eventTimeFlags('gestern', '2026-01-01')).toThrow('is no time');
  });
});

describe('--empty', () => {
  test('builds relations without rows, adds none to what is whole, and the next run fills them', async () => {
    await run({ flags: { EMPTY: true } });
    expect(await counts()).toEqual({ counts: 0, log: 0, people: 0, kinds: 0, history: 0 });
    await run();
    expect(await counts()).toEqual({ counts: 3, log: 3, people: 2, kinds: 2, history: 2 });
    const ran = await run({ flags: { EMPTY: true } });
    expect(statuses(ran)).toMatchObject({ history: 'carried' });
    expect(await counts()).toEqual({ counts: 0, log: 3, people: 0, kinds: 0, history: 2 });
    await run();
    expect(await counts()).toEqual({ counts: 3, log: 3, people: 2, kinds: 2, history: 2 });
  });
});

describe('--defer', () => {
  const state = (database: string | null = null): Manifest =>
    ({
      nodes: {
        'model.shop.events': {
          unique_id: 'model.shop.events',
          resource_type: 'model',
          database,
          schema: 'prod',
          alias: 'events',
          config: { materialized: 'view' },
        },
      },
    }) as unknown as Manifest;
  const only = ['counts'];

  test('reads what is neither selected nor built from the state', async () => {
    await change(
      `create schema prod; create table prod.events as select 7 as id, now()::timestamp as at from generate_series(1, 7)`,
    );
    const missing = await run({ only, force: 'selected' });
    expect(missing.results[0]?.error).toMatchObject({ code: 'BUILD_MISSING_RELATION' });
    await run({ only, defer: deferTo(state(), place.name, false) });
    expect(await place.query('select n from shop.counts')).toEqual([{ n: 7 }]);
    // nothing is known of that relation's data: a later run builds it again
    expect(statuses(await run({ only, defer: deferTo(state(), place.name, false) }))).toEqual({
      counts: 'success',
    });
    await run();
    await run({ only, force: 'selected', defer: deferTo(state(), place.name, false) });
    expect(await place.query('select n from shop.counts')).toEqual([{ n: 3 }]);
    await run({ only, force: 'selected', defer: deferTo(state(), place.name, true) });
    expect(await place.query('select n from shop.counts')).toEqual([{ n: 7 }]);
    // with all selected there is nothing to defer
    await run({ defer: deferTo(state(), place.name, true) });
    expect(await place.query('select n from shop.counts')).toEqual([{ n: 3 }]);
  });

  test('compile and show read from the state too, and compile names what is nowhere built', async () => {
    await change(`create schema prod; create table prod.events as select 7 as id, now()::timestamp as at`);
    mkdirSync(join(project.path, 'prod'));
    writeFileSync(
      join(project.path, 'prod/manifest.json'),
      JSON.stringify({
        ...state(),
        metadata: {
          project_name: 'shop',
          dbt_schema_version: 'https://schemas.getdbt.com/dbt/manifest/v12.json',
        },
      }),
    );
    project.write({ 'transforms/broken.sql': '{{ nothing() }} select 1' });
    const thau = async (...args: string[]): Promise<Ended> =>
      new ChildThau(['--project-dir', project.path, ...args], { DATABASE_URL: place.url }).ended;
    const alone = await thau('compile');
    // dbt too renders the others where one cannot be
    expect(alone.code).toBe(1);
    expect(alone.stderr).toContain('transforms/broken.sql:1:11');
    expect(alone.stderr).toContain('5 compiled to target/compiled, 1 could not be');
    const compiled = readFileSync(join(project.path, 'target/compiled/shop/transforms/counts.sql'), 'utf8');
    expect(compiled).toContain('"public"."events"');
    const deferred = await thau('compile', '-s', 'counts', '--defer', '--state', join(project.path, 'prod'));
    expect(deferred.stdout).toContain('"prod"."events"');
    const shown = await thau(
      'show',
      '-s',
      'counts',
      '--defer',
      '--state',
      join(project.path, 'prod'),
      '--output',
      'json',
    );
    expect(JSON.parse(shown.stdout)).toEqual({ node: 'counts', show: [{ n: 1 }] });
    const missing = await thau('show', '-s', 'counts');
    expect(missing.stderr).toContain('BUILD_MISSING_RELATION');
  });

  test('refuses a state in another database, naming both', async () => {
    const ran = await run({ only, defer: deferTo(state('warehouse'), place.name, false) });
    expect(ran.results[0]?.error).toMatchObject({ code: 'BUILD_DEFER' });
  });
});

describe('clone', () => {
  test('shows another state under this target’s names, and the next build builds it', async () => {
    await change(
      `create schema prod; create table prod.counts as select 70 as n; create table prod.log as select 9 as id`,
    );
    const state = {
      nodes: Object.fromEntries(
        ['counts', 'log'].map((name) => [
          `model.shop.${name}`,
          {
            resource_type: 'model',
            database: null,
            schema: 'prod',
            alias: name,
            config: { materialized: 'table' },
          },
        ]),
      ),
    } as unknown as Manifest;
    const cloned = await run({
      command: 'clone',
      force: 'was asked for',
      only: ['counts', 'log'],
      cloneFrom: deferTo(state, place.name, true),
    });
    expect(cloned.error).toBeUndefined();
    expect(await place.query('select n, id from shop.counts, shop.log')).toEqual([{ n: 70, id: 9 }]);
    await place.query('update prod.counts set n = 71');
    expect(await place.query('select n from shop.counts')).toEqual([{ n: 71 }]);
    const ran = await run();
    expect(statuses(ran)).toMatchObject({ counts: 'success', log: 'success' });
    expect(await counts()).toMatchObject({ counts: 3, log: 3 });
  });
});
