import { beforeEach, describe, expect, test } from 'vitest';
import { adopt } from '../../src/build/handover/adopt.js';
import { eject } from '../../src/build/handover/eject.js';
import type { Database } from '../../src/postgres/database.js';
import { createTestDatabase, stateTemplate, type TestDatabase } from '../support/test-database.js';
import { openState, plainProject, runPlain, statuses, type PlainNode } from './support/engine.js';

let place: TestDatabase;
let database: Database;
beforeEach(async () => {
  place = await createTestDatabase(stateTemplate());
  database = await openState(place.url);
  return async () => {
    await database.close();
    await place.drop();
  };
});

const people = (city: string): PlainNode => ({
  name: 'people',
  config: { indexes: [{ columns: ['id'], unique: true }] },
  sql: () => `select 1 as id, '${city}'::text as city`,
});
const names: PlainNode = {
  name: 'names',
  config: { materialized: 'view' },
  reads: ['people'],
  sql: ({ ref }) => `select city from ${ref('people')}`,
};
const history: PlainNode = {
  name: 'history',
  type: 'snapshot',
  reads: ['people'],
  config: { unique_key: 'id', strategy: 'check', check_cols: 'all' },
  sql: ({ ref }) => `select * from ${ref('people')}`,
};
const log: PlainNode = {
  name: 'log',
  reads: ['people'],
  config: { materialized: 'incremental' },
  sql: ({ ref, isIncremental }) => `select id, city, ${isIncremental} as added from ${ref('people')}`,
};
const all = (city: string): readonly PlainNode[] => [people(city), names, history, log];
const options = { stateSchema: 'thau', trigger: 'manual', target: 'test' };
const manifestOf = (city: string): ReturnType<typeof plainProject>['manifest'] =>
  plainProject(all(city)).manifest;
const kinds = async (): Promise<unknown> =>
  Object.fromEntries(
    (
      await place.query(
        `select relname, relkind::text as kind from pg_class where relnamespace = 'shop'::regnamespace and relkind in ('r', 'v') order by 1`,
      )
    ).map((row) => [row['relname'], row['kind']]),
  );

describe('thau eject', () => {
  test('leaves tables with their rows, indexes and histories where the stable views stood, and views as views', async () => {
    await runPlain(database, all('Huế'));
    await runPlain(database, all('Vinh'));
    const before = await place.query('select * from shop.history order by dbt_valid_from');
    const ejected = await eject({ ...options, database, manifest: manifestOf('Vinh') });
    expect(ejected.relations).toEqual(['shop.history', 'shop.log', 'shop.names', 'shop.people']);
    expect(await kinds()).toEqual({ history: 'r', log: 'r', names: 'v', people: 'r' });
    expect(await place.query('select * from shop.history order by dbt_valid_from')).toEqual(before);
    expect(await place.query('select added from shop.log order by added')).toEqual([
      { added: false },
      { added: true },
    ]);
    expect(await place.query('select city from shop.names')).toEqual([{ city: 'Vinh' }]);
    expect(await place.query(`select indexdef from pg_indexes where schemaname = 'shop'`)).toHaveLength(1);
    // thau knows of none of them any more, so it drops none; the API reads them where they stand
    expect(await place.query('select * from thau.stable_views')).toEqual([]);
    const mapped = await place.query(
      `select distinct relation_schema from thau.mapping join thau.pointer using (generation)`,
    );
    expect(mapped).toEqual([{ relation_schema: 'shop' }]);
    await expect(eject({ ...options, database, manifest: manifestOf('Vinh') })).rejects.toMatchObject({
      code: 'BUILD_NOTHING_SELECTED',
    });
  });

  test('is refused by the next build, which offers adoption; and adoption goes on where it was', async () => {
    await runPlain(database, all('Huế'));
    await eject({ ...options, database, manifest: manifestOf('Huế') });
    await expect(runPlain(database, all('Vinh'))).resolves.toMatchObject({
      state: 'failed',
      error: {
        code: 'BUILD_FOREIGN_RELATION',
        hint: expect.stringContaining('thau adopt --select') as string,
      },
    });
    // dbt at work: it replaces its tables
    await place.query(`alter table shop.people rename to people__old; create table shop.people as select 1 as id, 'Huế'::text as city;
      drop table shop.people__old cascade`);
    await place.query(`create view shop.names as select city from shop.people`);
    const selected = new Set(Object.keys(manifestOf('Huế').nodes));
    const adopted = await adopt({ ...options, database, manifest: manifestOf('Huế'), selected });
    expect(adopted.relations).toEqual(['shop.history', 'shop.log', 'shop.names', 'shop.people']);
    expect(await kinds()).toEqual({ history: 'v', log: 'v', names: 'v', people: 'v' });
    const ran = await runPlain(database, all('Vinh'), { carry: true });
    expect(ran.error).toBeUndefined();
    expect(statuses(ran)).toEqual({
      people: 'success',
      names: 'success',
      history: 'success',
      log: 'success',
    });
    expect(
      await place.query('select city, dbt_valid_to is null as holds from shop.history order by 2'),
    ).toEqual([
      { city: 'Huế', holds: false },
      { city: 'Vinh', holds: true },
    ]);
    expect(await place.query('select added from shop.log order by added')).toEqual([
      { added: false },
      { added: true },
    ]);
    await expect(
      adopt({ ...options, database, manifest: manifestOf('Huế'), selected }),
    ).rejects.toMatchObject({
      code: 'BUILD_NOTHING_SELECTED',
    });
  });

  test('of some leaves the others thau’s, and what reads an ejected one is built each time', async () => {
    await runPlain(database, all('Huế'), { carry: true });
    const manifest = manifestOf('Huế');
    await eject({ ...options, database, manifest, selected: new Set(['model.shop.people']) });
    expect(await kinds()).toEqual({ history: 'v', log: 'v', names: 'v', people: 'r' });
    await place.query(`update shop.people set city = 'Đà Lạt'`);
    const ran = await runPlain(database, all('Huế'), { carry: true, only: ['log'] });
    expect(statuses(ran)).toEqual({ log: 'success' });
    expect(await place.query('select city from shop.names')).toEqual([{ city: 'Đà Lạt' }]);
    expect(await place.query('select city from shop.log where added')).toEqual([{ city: 'Đà Lạt' }]);
  });

  test('is refused, and changes nothing, while others read a stable view', async () => {
    await runPlain(database, all('Huế'));
    await place.query('create view public.mine as select * from shop.people');
    await expect(eject({ ...options, database, manifest: manifestOf('Huế') })).rejects.toMatchObject({
      code: 'BUILD_VIEW_HAS_DEPENDENTS',
      notes: ['shop.people: mine'],
    });
    expect(await kinds()).toEqual({ history: 'v', log: 'v', names: 'v', people: 'v' });
  });
});

describe('thau adopt', () => {
  test('takes over what dbt made before thau came, and refuses while others read it', async () => {
    await place.query(`create schema shop; create table shop.people as select 1 as id, 'Huế'::text as city;
      create view public.mine as select * from shop.people`);
    const { manifest } = plainProject([people('Vinh')]);
    const selected = new Set(['model.shop.people']);
    await expect(adopt({ ...options, database, manifest, selected })).rejects.toMatchObject({
      code: 'BUILD_VIEW_HAS_DEPENDENTS',
      notes: ['public.mine reads shop.people'],
    });
    await place.query('drop view public.mine');
    await adopt({ ...options, database, manifest, selected });
    expect(await place.query('select city from shop.people')).toEqual([{ city: 'Huế' }]);
    await runPlain(database, [people('Vinh')]);
    await runPlain(database, [people('Vinh')]);
    expect(await place.query('select city from shop.people')).toEqual([{ city: 'Vinh' }]);
    // the adopted table went with its generation
    expect(await place.query(`select from pg_namespace where nspname = 'shop__r1'`)).toEqual([]);
  });
});
