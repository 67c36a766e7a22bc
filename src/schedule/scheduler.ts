import { runLockHolder } from '../postgres/run-lock.js';
import type { Schedule } from '../config/settings.js';
import { ThauError } from '../errors/thau-error.js';
import type { Database } from '../postgres/database.js';
import { DatabaseClock } from '../postgres/database-clock.js';
import { Listener } from '../postgres/listener.js';
import { Leadership } from './leadership.js';
import { nextRun } from './next-run.js';
import { answerRequest, returnRequest, reviveRequests, takeRequest } from './request-rows.js';
import { JobQueue } from './job-queue.js';
import { type PerformRun, runOrder } from './run-order.js';
import type { ScheduleEvent } from './schedule-event.js';
import { type ReadSources, SourceWatch } from './source-watch.js';
import { recordScheduledRun, syncSchedules, takeDue } from './schedule-rows.js';

export interface SchedulerOptions {
  readonly database: Database;
  readonly stateSchema: string;
  readonly schedules: readonly Schedule[];
  readonly perform: PerformRun;
  /** For schedules that wait for sources to change; without it they do not. */
  readonly readSources?: ReadSources;
  /** Milliseconds between looks at the rows; 1,000 unless given. */
  readonly lookEvery?: number;
  /** Milliseconds without a sign of life after which another leader counts as hung; 30,000 unless given. */
  readonly staleAfter?: number;
  readonly onEvent?: (event: ScheduleEvent) => void;
}

/** Milliseconds that this machine's clock may differ from the database's while its schedules are trusted. */
const trustedSkew = 30_000;

/**
 * Starts runs when schedules are due and when request rows ask for them. Any number of processes may have one; only
 * the leader acts, the others look whether it is gone. Looks once a second, and at once on `thau_request`: rows and
 * the database's clock decide, so a clock set back or a laptop asleep loses nothing, and a run missed while nothing
 * ran is caught up once.
 */
export class Scheduler {
  private readonly leadership: Leadership;
  private readonly jobs: JobQueue;
  private readonly closing = new AbortController();
  private looking: Promise<void> | undefined;
  private again = false;
  private timer: NodeJS.Timeout | undefined;
  private listener: Listener | undefined;
  private watch: SourceWatch | undefined;
  private soon: NodeJS.Timeout | undefined;
  private told = false;
  private toldClock = false;
  private synced = false;

  private constructor(private readonly options: SchedulerOptions) {
    this.jobs = new JobQueue({
      perform: options.perform,
      tell: (event) => this.tell(event),
      onEmpty: () => void this.look(),
    });
    this.leadership = new Leadership({
      database: options.database,
      stateSchema: options.stateSchema,
      ...(options.staleAfter !== undefined && { staleAfter: options.staleAfter }),
      onLost: () => {
        // whoever leads now starts the runs; ours goes on under the run lock, which has its own fence
        this.jobs.clear();
        this.tell({ kind: 'following' });
      },
    });
  }

  /** Resolves after the first look; rejects when the schedules are wrong or the database cannot be reached. */
  static async start(options: SchedulerOptions): Promise<Scheduler> {
    for (const { cron, timezone, at } of options.schedules) {
      if (cron !== undefined) nextRun(cron, timezone, at);
    }
    const scheduler = new Scheduler(options);
    try {
      scheduler.listener = await Listener.start({
        database: options.database,
        channels: {
          thau_request: () => void scheduler.look(),
          thau_source: () => scheduler.lookSoon(),
        },
        onListening: () => void scheduler.look(),
      });
      await scheduler.look();
    } catch (error) {
      await scheduler.close();
      throw error;
    }
    scheduler.timer = setInterval(() => void scheduler.look(), options.lookEvery ?? 1000);
    return scheduler;
  }

  get leads(): boolean {
    return this.leadership.held;
  }

  /** Cancels the run it performs, waits for it, and lets another process lead. */
  async close(): Promise<void> {
    this.closing.abort();
    clearInterval(this.timer);
    clearTimeout(this.soon);
    this.jobs.close();
    this.jobs.cancel(new ThauError('SCHEDULE_STOPPED', 'thau is stopping.'));
    await this.listener?.close();
    await this.looking;
    await this.watch?.close();
    await this.jobs.ended();
    await this.leadership.release();
  }

  /** Looks now, or once more after the look that is under way. Never rejects. */
  look(): Promise<void> {
    if (this.looking) {
      this.again = true;
      return this.looking;
    }
    this.looking = this.lookUntilDone().finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }

  /** Writers of tracked sources may tell of thousands of transactions a second: a tenth of a second is one look. */
  private lookSoon(): void {
    if (!this.watch?.waits) return;
    this.soon ??= setTimeout(() => {
      this.soon = undefined;
      void this.look();
    }, 100);
  }

  private async lookUntilDone(): Promise<void> {
    do {
      this.again = false;
      try {
        await this.lookOnce();
        this.told = false;
      } catch (error) {
        // a database that is away is told once, not every second
        if (!this.told) this.tell({ kind: 'trouble', error });
        this.told = true;
      }
    } while (this.wanted());
  }

  private wanted(): boolean {
    return this.again && !this.closing.signal.aborted;
  }

  private async lookOnce(): Promise<void> {
    if (this.closing.signal.aborted) return;
    const { database, stateSchema } = this.options;
    const clock = await DatabaseClock.read(database);
    const trusted = Math.abs(clock.ahead) <= trustedSkew;
    const led = this.leadership.held;
    if (!(await this.leadership.attempt())) return;
    if (!led) {
      this.synced = false;
      try {
        if (trusted) await this.sync(clock);
        await reviveRequests(database, stateSchema);
      } catch (error) {
        // to lead over rows that were not made ready would be worse than to try again
        await this.leadership.release();
        throw error;
      }
      void this.watch?.close();
      this.watch = this.watchSources();
      this.tell({ kind: 'leading' });
    }
    if (trusted) {
      this.toldClock = false;
      if (!this.synced) await this.sync(clock);
      for (const row of await takeDue(database, stateSchema, clock.now())) this.queueSchedule(row.name);
    } else {
      this.tellClock(clock);
    }
    if (this.synced) this.watch?.look();
    await this.takeCancellations();
    if (this.jobs.idle) await this.takeRun();
    this.jobs.work();
  }

  private async sync(clock: DatabaseClock): Promise<void> {
    const { database, stateSchema, schedules } = this.options;
    await syncSchedules(database, stateSchema, schedules, clock.now());
    this.synced = true;
  }

  /** Told once: cron's times come from this machine's clock, and would start runs too often or never. */
  private tellClock(clock: DatabaseClock): void {
    if (this.toldClock) return;
    this.toldClock = true;
    const seconds = Math.round(Math.abs(clock.ahead) / 1000);
    const error = new ThauError(
      'SCHEDULE_CLOCK',
      `This machine's clock is ${seconds} s ${clock.ahead > 0 ? 'ahead of' : 'behind'} the database's: schedules start nothing until they agree.`,
      { hint: 'Set the clock (NTP). Requests and commands work meanwhile.' },
    );
    this.tell({ kind: 'trouble', error });
  }

  private queueSchedule(name: string): void {
    const trigger = `schedule:${name}`;
    if (this.jobs.isBusy(name)) {
      this.tell({ kind: 'skipped', trigger });
      return;
    }
    const schedule = this.options.schedules.find((one) => one.name === name);
    if (!schedule) return;
    const { database, stateSchema } = this.options;
    const states = this.watch?.statesOf(name);
    // a run that thau's end cut off is not done with them
    const remember = async (): Promise<void> => {
      if (!this.closing.signal.aborted) await this.watch?.remember(name, states);
    };
    this.jobs.add({
      schedule: name,
      order: {
        trigger,
        select: schedule.select,
        exclude: schedule.exclude,
        fullRefresh: schedule.fullRefresh,
      },
      done: async (outcome) => {
        await recordScheduledRun(database, stateSchema, name, outcome.runId);
        await remember();
      },
      failed: remember,
    });
  }

  private watchSources(): SourceWatch | undefined {
    const { database, stateSchema, schedules, readSources } = this.options;
    if (readSources === undefined) return undefined;
    return new SourceWatch({
      database,
      stateSchema,
      schedules,
      read: readSources,
      isBusy: (name) => this.jobs.isBusy(name),
      onChange: (name) => {
        if (this.closing.signal.aborted || !this.leadership.held) return;
        this.queueSchedule(name);
        this.jobs.work();
      },
      onTrouble: (error) => this.tell({ kind: 'trouble', error }),
    });
  }

  private async takeRun(): Promise<void> {
    const { database, stateSchema } = this.options;
    const { aborted } = this.closing.signal;
    const request = aborted ? undefined : await takeRequest(database, stateSchema, ['run', 'rollback']);
    if (!request) return;
    this.jobs.add({
      order: runOrder(`request:${request.id}`, request.args, request.kind),
      done: (outcome) =>
        answerRequest(database, stateSchema, request.id, {
          state: 'done',
          runId: outcome.runId,
          answer: { state: outcome.state },
        }),
      failed: (error) =>
        this.closing.signal.aborted
          ? returnRequest(database, stateSchema, request.id)
          : answerRequest(database, stateSchema, request.id, { state: 'refused', answer: answerOf(error) }),
    });
  }

  private async takeCancellations(): Promise<void> {
    const { database, stateSchema } = this.options;
    for (;;) {
      // a run of another process answers its own cancellation
      if (!this.jobs.running && (await runLockHolder(database, stateSchema))) return;
      const request = await takeRequest(database, stateSchema, ['cancel']);
      if (!request) return;
      const { running } = this.jobs;
      this.jobs.cancel(new ThauError('SCHEDULE_CANCELLED', 'The run was cancelled by a request.'));
      await answerRequest(database, stateSchema, request.id, {
        state: running ? 'done' : 'refused',
        answer: running
          ? { cancelled: running.trigger }
          : { message: 'No run of the schedule is under way.' },
      });
    }
  }

  private tell(event: ScheduleEvent): void {
    this.options.onEvent?.(event);
  }
}

function answerOf(error: unknown): object {
  if (error instanceof ThauError) return { code: error.code, message: error.message, hint: error.hint };
  return { code: 'INTERNAL', message: 'The run failed in a way thau did not expect.' };
}
