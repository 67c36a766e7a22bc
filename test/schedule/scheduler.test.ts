import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { compileIfStale } from '../../bin/compile.js';
import type { Schedule } from '../../src/config/settings.js';
import { ThauError } from '../../src/errors/thau-error.js';
import { Database } from '../../src/postgres/database.js';
import { migrate } from '../../src/postgres/migrate.js';
import type { PerformRun, RunOrder } from '../../src/schedule/run-order.js';
import { readSchedules } from '../../src/schedule/schedule-rows.js';
import type { ScheduleEvent } from '../../src/schedule/schedule-event.js';
import { Scheduler } from '../../src/schedule/scheduler.js';
import { connectionOf } from '../support/connection.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let scratch: TestDatabase;
let database: Database;

beforeAll(async () => {
  scratch = await createTestDatabase();
  const connection = connectionOf(scratch.url);
  database = new Database({ connection });
  await migrate({ database, connection, stateSchema: 'thau' });
  await database.query('create table performed (by text, trigger text)');
});
afterAll(async () => {
  await database.close();
  await scratch.drop();
});

const open: Scheduler[] = [];
const children: ChildProcess[] = [];
beforeEach(async () => {
  await database.query('truncate thau.schedules, thau.requests, performed');
});
afterEach(async () => {
  for (const scheduler of open.splice(0)) await scheduler.close();
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function schedule(name: string, rest: Partial<Schedule> = {}): Schedule {
  return {
    name,
    at: { file: 'thau.yml', line: 3 },
    cron: '0 2 * * *',
    onSourceChange: false,
    timezone: 'Asia/Ho_Chi_Minh',
    select: ['tag:nightly'],
    exclude: [],
    fullRefresh: false,
    enabled: true,
    catchUp: true,
    ...rest,
  };
}

/** A scheduler whose events can be awaited. */
async function start(schedules: readonly Schedule[], perform: PerformRun): Promise<Events> {
  const events = new Events();
  const scheduler = await Scheduler.start({
    database,
    stateSchema: 'thau',
    schedules,
    perform,
    lookEvery: 20,
    onEvent: (event) => events.add(event),
  });
  open.push(scheduler);
  return events;
}

class Events {
  readonly seen: ScheduleEvent[] = [];
  private wake: () => void = () => undefined;

  add(event: ScheduleEvent): void {
    this.seen.push(event);
    this.wake();
  }

  async until(kind: ScheduleEvent['kind'], count = 1): Promise<ScheduleEvent> {
    for (;;) {
      const found = this.seen.filter((event) => event.kind === kind)[count - 1];
      if (found) return found;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}

const published = (orders: RunOrder[]): PerformRun => {
  return (order) => {
    orders.push(order);
    return Promise.resolve({ runId: 41 + orders.length, state: 'published' });
  };
};
const makeDue = (name: string): Promise<unknown> =>
  database.query("update thau.schedules set next_run_at = now() - interval '3 days' where name = $1", [name]);
const ask = async (kind: string, args: object): Promise<number> => {
  const { rows } = await database.query<{ id: string }>(
    "insert into thau.requests (kind, args, requested_by) values ($1, $2, 'test') returning request_id as id",
    [kind, JSON.stringify(args)],
  );
  await database.query('notify thau_request');
  return Number(rows[0]!.id);
};
const request = async (id: number): Promise<{ state: string; run_id: number | null; answer: unknown }> => {
  const { rows } = await database.query<{ state: string; run_id: number | null; answer: unknown }>(
    'select state, run_id, answer from thau.requests where request_id = $1',
    [id],
  );
  return rows[0]!;
};

test('a schedule is due at its hour in its own zone', async () => {
  await start([schedule('nightly')], published([]));
  const [row] = await readSchedules(database, 'thau');
  expect(row?.nextRunAt?.toISOString()).toMatch(/T19:00:00\.000Z$/);
});

test('a run missed for days is caught up once, with its selection, and leaves its run behind', async () => {
  const orders: RunOrder[] = [];
  const first = await start([schedule('nightly')], published(orders));
  await first.until('leading');
  await open.pop()!.close();
  await makeDue('nightly');
  const events = await start([schedule('nightly')], published(orders));
  await events.until('finished');
  expect(orders).toEqual([
    { trigger: 'schedule:nightly', select: ['tag:nightly'], exclude: [], fullRefresh: false },
  ]);
  await open.pop()!.close();
  const [row] = await readSchedules(database, 'thau');
  expect(row?.lastRunId).toBe(42);
  expect(row!.nextRunAt!.getTime()).toBeGreaterThan(Date.now());
});

test('a schedule with catch_up off moves on to its next time instead', async () => {
  await start([schedule('nightly', { catchUp: false })], published([]));
  await open.pop()!.close();
  await makeDue('nightly');
  const orders: RunOrder[] = [];
  await start([schedule('nightly', { catchUp: false })], published(orders));
  const [row] = await readSchedules(database, 'thau');
  expect(row!.nextRunAt!.getTime()).toBeGreaterThan(Date.now());
  expect(orders).toEqual([]);
});

test('a schedule that left thau.yml leaves the table, one switched off is never due', async () => {
  await start([schedule('nightly'), schedule('weekly')], published([]));
  await open.pop()!.close();
  await start([schedule('nightly', { enabled: false })], published([]));
  expect((await readSchedules(database, 'thau')).map(({ name, nextRunAt }) => [name, nextRunAt])).toEqual([
    ['nightly', null],
  ]);
});

test('a schedule due again while it still runs is skipped, not queued', async () => {
  let finish: () => void = () => undefined;
  const orders: RunOrder[] = [];
  const events = await start([schedule('nightly')], (order) => {
    orders.push(order);
    return new Promise((resolve) => (finish = () => resolve({ runId: 1, state: 'published' })));
  });
  await makeDue('nightly');
  await events.until('started');
  await makeDue('nightly');
  await events.until('skipped');
  finish();
  await events.until('finished');
  expect(orders).toHaveLength(1);
});

test('an order that finds another process building waits and is tried again', async () => {
  let tries = 0;
  const events = await start([schedule('nightly')], () => {
    tries += 1;
    if (tries < 3) return Promise.reject(new ThauError('POSTGRES_RUN_LOCKED', 'Run 7 is under way.'));
    return Promise.resolve({ runId: 8, state: 'published' });
  });
  await makeDue('nightly');
  await events.until('waiting', 2);
  await events.until('finished');
  expect(tries).toBe(3);
});

test('a request row starts a run and is answered with its id', async () => {
  const orders: RunOrder[] = [];
  const events = await start([], published(orders));
  const id = await ask('run', { select: 'customers+', full_refresh: true });
  await events.until('finished');
  await open.pop()!.close();
  expect(orders[0]).toEqual({
    trigger: `request:${id}`,
    select: ['customers+'],
    exclude: [],
    fullRefresh: true,
  });
  expect(await request(id)).toEqual({ state: 'done', run_id: 42, answer: { state: 'published' } });
});

test('a run that fails is answered with its code and does not stop the next', async () => {
  let tries = 0;
  const events = await start([], () => {
    tries += 1;
    if (tries === 1)
      return Promise.reject(new ThauError('PROJECT_SELECTION', 'No such method.', { hint: 'tag' }));
    return Promise.resolve({ runId: 9, state: 'published' });
  });
  const bad = await ask('run', { select: ['tga:x'] });
  const good = await ask('run', {});
  await events.until('failed');
  await events.until('finished');
  await open.pop()!.close();
  expect(await request(bad)).toMatchObject({
    state: 'refused',
    answer: { code: 'PROJECT_SELECTION', message: 'No such method.', hint: 'tag' },
  });
  expect(await request(good)).toMatchObject({ state: 'done', run_id: 9 });
});

test('a cancel request aborts the run under way', async () => {
  const events = await start([], (_order, signal) => {
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  });
  const run = await ask('run', {});
  await events.until('started');
  const cancel = await ask('cancel', {});
  const failed = await events.until('failed');
  expect(failed).toMatchObject({ error: { code: 'SCHEDULE_CANCELLED' } });
  await open.pop()!.close();
  expect(await request(cancel)).toMatchObject({ state: 'done', answer: { cancelled: `request:${run}` } });
  expect(await request(run)).toMatchObject({ state: 'refused', answer: { code: 'SCHEDULE_CANCELLED' } });
});

test('closing gives a request back that it had begun', async () => {
  const events = await start([], (_order, signal) => {
    return new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  });
  const run = await ask('run', {});
  await events.until('started');
  await open.pop()!.close();
  expect(await request(run)).toMatchObject({ state: 'waiting' });
});

test.each(['61 * * * *', '* * *', 'nightly', '', '0 0 30 2 *'])(
  'the cron expression "%s" is refused at its place in thau.yml',
  async (cron) => {
    await expect(start([schedule('nightly', { cron })], published([]))).rejects.toMatchObject({
      code: 'SCHEDULE_CRON',
      at: { file: 'thau.yml', line: 3 },
    });
  },
);

test('after its connections were cut the scheduler leads again and misses nothing', async () => {
  const orders: RunOrder[] = [];
  const events = await start([schedule('nightly')], published(orders));
  await events.until('leading');
  await scratch.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  await events.until('leading', 2);
  await makeDue('nightly');
  await events.until('finished');
  expect(orders).toHaveLength(1);
});

test('of two processes one leads; when it is killed in a run, the other takes over', async () => {
  await compileIfStale();
  const one = launch('one');
  await one.until('leading');
  const two = launch('two');
  await two.until('ready');
  await makeDue('stuck');
  await one.until('started');
  await expect.poll(() => scratch.query('select from performed')).toHaveLength(1);
  one.child.kill('SIGKILL');
  await two.until('leading');
  await makeDue('hourly');
  await two.until('finished');
  expect(await scratch.query('select by, trigger from performed order by by')).toEqual([
    { by: 'one', trigger: 'schedule:stuck' },
    { by: 'two', trigger: 'schedule:hourly' },
  ]);
});

function launch(name: string): { child: ChildProcess; until: (line: string) => Promise<void> } {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'scheduler-process.mjs'), scratch.url, name],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  children.push(child);
  const seen: string[] = [];
  let wake: () => void = () => undefined;
  createInterface({ input: child.stdout }).on('line', (line) => {
    seen.push(line);
    wake();
  });
  return {
    child,
    until: async (line) => {
      while (!seen.includes(line)) await new Promise<void>((resolve) => (wake = resolve));
    },
  };
}
