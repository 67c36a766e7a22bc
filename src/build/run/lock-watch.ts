import { describeBlocker, readBlockers, type Blocker } from '../../postgres/blockers.js';
import type { Queryable } from '../../postgres/queryable.js';
import type { Reporter } from '../report/run-event.js';

export interface LockWatchOptions {
  readonly database: Queryable;
  /** The `application_name` of the run's backends. */
  readonly applicationName: string;
  /** Milliseconds a statement waits for a lock; 0 without end. */
  readonly lockTimeout: number;
  readonly reporter: Reporter;
}

/**
 * Looks who holds the locks that a run waits for, since PostgreSQL does not say so when it gives up waiting: the
 * reporter is told while the run waits, and a node that failed of it can name the session.
 */
export class LockWatch {
  private readonly last = new Map<number, readonly Blocker[]>();
  private readonly told = new Set<string>();
  private readonly timer: NodeJS.Timeout;
  private looking = false;

  constructor(private readonly options: LockWatchOptions) {
    const { lockTimeout } = options;
    const every = lockTimeout > 0 ? Math.max(50, Math.min(1000, lockTimeout / 5)) : 1000;
    this.timer = setInterval(() => void this.look(), every).unref();
  }

  /** Who was seen to keep a backend of the run waiting, when it last waited. */
  blockersOf(pid: number): readonly Blocker[] {
    return this.last.get(pid) ?? [];
  }

  close(): void {
    clearInterval(this.timer);
  }

  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      const found = await readBlockers(this.options.database, this.options.applicationName);
      for (const { waiting } of found) {
        this.last.set(
          waiting,
          found.filter((one) => one.waiting === waiting),
        );
      }
      for (const blocker of found) this.tell(blocker);
    } catch {
      // the run itself will meet what is wrong with the database
    } finally {
      this.looking = false;
    }
  }

  /** Once for each pair; other backends of the run and short waits are nobody's business. */
  private tell(blocker: Blocker): void {
    const { applicationName, reporter } = this.options;
    const pair = `${blocker.waiting} ${blocker.pid}`;
    if (blocker.application === applicationName || this.told.has(pair)) return;
    this.told.add(pair);
    const message = `waiting for a lock held by ${describeBlocker(blocker)}`;
    reporter({ type: 'log', at: new Date(), message, toConsole: true });
  }
}
