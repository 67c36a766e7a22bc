import { ThauError } from '../errors/thau-error.js';
import type { PerformRun, RunOrder, RunOutcome } from './run-order.js';
import type { ScheduleEvent } from './schedule-event.js';

/** A run to be made, and who is told how it ended. */
export interface Job {
  readonly order: RunOrder;
  readonly done: (outcome: RunOutcome) => Promise<void>;
  readonly failed: (error: unknown) => Promise<void>;
  /** A schedule's name: its next time is skipped while this one waits or runs. */
  readonly schedule?: string;
}

export interface JobQueueOptions {
  readonly perform: PerformRun;
  readonly tell: (event: ScheduleEvent) => void;
  /** Called when the last job is done: a request may wait. */
  readonly onEmpty: () => void;
}

/**
 * The runs of one scheduler, one after the other. A job that finds another process building stays first in line, and is
 * tried again at the next `work`.
 */
export class JobQueue {
  private readonly jobs: Job[] = [];
  private current: { readonly job: Job; readonly cancel: AbortController } | undefined;
  private worker: Promise<void> | undefined;
  private closed = false;

  constructor(private readonly options: JobQueueOptions) {}

  get running(): RunOrder | undefined {
    return this.current?.job.order;
  }

  /** Nothing waits and nothing runs. */
  get idle(): boolean {
    return this.jobs.length === 0 && !this.current;
  }

  isBusy(schedule: string): boolean {
    return this.current?.job.schedule === schedule || this.jobs.some((job) => job.schedule === schedule);
  }

  add(job: Job): void {
    this.jobs.push(job);
  }

  /** Forgets what waits; what runs goes on. */
  clear(): void {
    this.jobs.length = 0;
  }

  cancel(reason: ThauError): void {
    this.current?.cancel.abort(reason);
  }

  /** Begins nothing any more. */
  close(): void {
    this.closed = true;
    this.clear();
  }

  /** Resolves when what runs has ended. */
  async ended(): Promise<void> {
    await this.worker;
  }

  work(): void {
    this.worker ??= this.workAll().finally(() => {
      this.worker = undefined;
    });
  }

  private async workAll(): Promise<void> {
    for (let job = this.jobs[0]; job !== undefined && !this.closed; job = this.jobs[0]) {
      const cancel = new AbortController();
      this.current = { job, cancel };
      const ended = await this.perform(job, cancel.signal);
      this.current = undefined;
      // another process builds: the job stays first in line until the next look
      if (ended === 'locked') return;
      if (this.jobs[0] === job) this.jobs.shift();
      if (this.jobs.length === 0) this.options.onEmpty();
    }
  }

  private async perform(job: Job, signal: AbortSignal): Promise<'locked' | 'ended'> {
    const { perform, tell } = this.options;
    const { trigger } = job.order;
    tell({ kind: 'started', trigger });
    try {
      const outcome = await perform(job.order, signal);
      tell({ kind: 'finished', trigger, outcome });
      await job.done(outcome);
    } catch (error) {
      if (error instanceof ThauError && error.code === 'POSTGRES_RUN_LOCKED') {
        tell({ kind: 'waiting', trigger });
        return 'locked';
      }
      tell({ kind: 'failed', trigger, error });
      await job.failed(error).catch((fault: unknown) => tell({ kind: 'trouble', error: fault }));
    }
    return 'ended';
  }
}
