import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { readSourceVersions } from '../../src/build/plan/source-versions.js';
import { trackSources } from '../../src/build/plan/track-sources.js';
import type { Schedule } from '../../src/config/settings.js';
import { Database } from '../../src/postgres/database.js';
import { migrate } from '../../src/postgres/migrate.js';
import type { PerformRun } from '../../src/schedule/run-order.js';
import type { ScheduleEvent } from '../../src/schedule/schedule-event.js';
import { Scheduler } from '../../src/schedule/scheduler.js';
import type { ReadSources } from '../../src/schedule/source-watch.js';
import { plainSource } from '../build/support/engine.js';
import { connectionOf } from '../support/connection.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let scratch: TestDatabase;
let database: Database;
const source = plainSource('raw', 'orders');

beforeAll(async () => {
  scratch = await createTestDatabase();
  const connection = connectionOf(scratch.url);
  database = new Database({ connection });
  await migrate({ database, connection, stateSchema: 'thau' });
  await scratch.query('create schema raw; create table raw.orders (id int)');
  await trackSources(database, 'thau', [source]);
});
afterAll(async () => {
  await database.close();
  await scratch.drop();
});

let scheduler: Scheduler | undefined;
let started = 0;
beforeEach(async () => {
  started = 0;
  await database.query('truncate thau.schedules');
});
afterEach(() => stop());

const stop = async (): Promise<void> => {
  await scheduler?.close();
  scheduler = undefined;
};
const order = (): Promise<unknown> => scratch.query('insert into raw.orders values (1)');
const read: ReadSources = async () => {
  const { versions } = await readSourceVersions(database, [source], { distrustRecent: false, state: 'thau' });
  return { [source.unique_id]: versions.get(source.unique_id) ?? null };
};
const succeed: PerformRun = () => {
  started += 1;
  return Promise.resolve({ runId: started, state: 'published' });
};

/** A scheduler that waits for `raw.orders`. */
async function start(
  perform: PerformRun,
  rest: { schedule?: Partial<Schedule>; lookEvery?: number; read?: ReadSources } = {},
): Promise<ScheduleEvent[]> {
  const events: ScheduleEvent[] = [];
  const schedule: Schedule = {
    name: 'news',
    at: { file: 'thau.yml', line: 3 },
    cron: undefined,
    onSourceChange: true,
    timezone: 'Asia/Ho_Chi_Minh',
    select: [],
    exclude: [],
    fullRefresh: false,
    enabled: true,
    catchUp: true,
    ...rest.schedule,
  };
  scheduler = await Scheduler.start({
    database,
    stateSchema: 'thau',
    schedules: [schedule],
    perform,
    readSources: rest.read ?? read,
    lookEvery: rest.lookEvery ?? 20,
    onEvent: (event) => events.push(event),
  });
  return events;
}

const remembered = async (): Promise<unknown> =>
  (await scratch.query('select source_states from thau.schedules'))[0]?.['source_states'];
/** Everything that is now is known: nothing is under way that could start a run. */
const settled = async (): Promise<void> => expect.poll(remembered).toEqual(await read(anySchedule));
const anySchedule = {} as Schedule;

test('a write to a tracked source starts a run by its notification alone, and no other run', async () => {
  await start(succeed, { lookEvery: 3_600_000 });
  await expect.poll(() => started).toBe(1);
  await settled();
  await order();
  await expect.poll(() => started).toBe(2);
  await settled();
  await scratch.query("notify thau_source, 'nothing new'");
  await scheduler?.look();
  await stop();
  expect(started).toBe(2);
});

test('what changed while no process ran is caught up; with catch_up off only what changes later starts a run', async () => {
  await start(succeed);
  await settled();
  await stop();
  expect(started).toBe(1);
  await order();
  await start(succeed);
  await expect.poll(() => started).toBe(2);
  await settled();
  await stop();
  await order();
  await start(succeed, { schedule: { catchUp: false } });
  await settled();
  expect(started).toBe(2);
  await order();
  await expect.poll(() => started).toBe(3);
});

test('what changes during its run starts one more run after it', async () => {
  let finish: (() => void) | undefined;
  await start(() => {
    started += 1;
    return new Promise((resolve) => (finish = () => resolve({ runId: 1, state: 'published' })));
  });
  await expect.poll(() => started).toBe(1);
  await order();
  await order();
  finish?.();
  await expect.poll(() => started).toBe(2);
  finish?.();
  await settled();
  expect(started).toBe(2);
});

test('a run that failed is not tried again before the next change, one that the end cut off is', async () => {
  const events = await start(() => {
    started += 1;
    return Promise.reject(new Error('no'));
  });
  await settled();
  expect(started).toBe(1);
  expect(events).toContainEqual(expect.objectContaining({ kind: 'failed', trigger: 'schedule:news' }));
  await stop();
  await order();
  await start((_, signal) => {
    started += 1;
    return new Promise((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason as Error)),
    );
  });
  await expect.poll(() => started).toBe(2);
  await stop();
  await start(succeed);
  await expect.poll(() => started).toBe(3);
});

test('a source that cannot be read is told once and keeps no request waiting', async () => {
  const events = await start(succeed, { read: () => Promise.reject(new Error('the project is broken')) });
  await database.query(`insert into thau.requests (kind, requested_by) values ('run', 'test')`);
  await expect.poll(() => started).toBe(1);
  await expect.poll(() => events.filter(({ kind }) => kind === 'trouble').length).toBe(1);
});

test('a source whose state nobody can tell starts nothing', async () => {
  await start(succeed, {
    read: () => Promise.resolve({ [source.unique_id]: null }),
    schedule: { catchUp: true },
  });
  await scheduler?.look();
  await stop();
  expect(started).toBe(0);
});
