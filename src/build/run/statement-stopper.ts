import type { Database } from '../../postgres/database.js';
import type { RunSessions } from './run-sessions.js';

/** Milliseconds between two cancellations: a node may be between two of its statements when the first comes. */
const again = 100;
/** Milliseconds after which connections whose statements would not end are given up. */
const patience = 5000;

/** Cancels whatever a run's connections are doing, until told to stop. */
export class StatementStopper {
  private readonly timer: NodeJS.Timeout;
  private readonly began = performance.now();
  private working: Promise<void> | undefined;

  private constructor(
    private readonly database: Database,
    private readonly sessions: RunSessions,
  ) {
    this.timer = setInterval(() => this.once(), again);
    this.once();
  }

  static start(database: Database, sessions: RunSessions): StatementStopper {
    return new StatementStopper(database, sessions);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.working;
  }

  private once(): void {
    // a server that does not answer cannot cancel either
    if (performance.now() - this.began > patience) {
      clearInterval(this.timer);
      void this.sessions.close();
      return;
    }
    this.working ??= this.cancel().finally(() => (this.working = undefined));
  }

  private async cancel(): Promise<void> {
    const pids = this.sessions.busy();
    if (pids.length === 0) return;
    await this.database
      .query('select pg_cancel_backend(pid) from unnest($1::int[]) as b (pid)', [pids])
      .catch(() => undefined);
  }
}
