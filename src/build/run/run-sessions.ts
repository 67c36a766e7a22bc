import type { Database, OwnSession } from '../../postgres/database.js';
import { quoteLiteral } from '../../postgres/identifier.js';
import type { Session } from '../../postgres/session.js';
import { blamed } from './blamed.js';
import type { LockWatch } from './lock-watch.js';

/** The `application_name` of a run's backends: by it a later run finds those that outlived theirs. */
export function applicationName(stateSchema: string, runId: number): string {
  return `${stateSchema} run ${runId}`;
}

export interface RunSessionsOptions {
  readonly database: Database;
  readonly applicationName: string;
  /** Milliseconds one statement may take; 0, or not given, is no limit. */
  readonly statementTimeout?: number;
  /** Knows who kept a statement waiting. */
  readonly locks?: Pick<LockWatch, 'blockersOf'>;
}

/**
 * The connections of one run, at most one per thread, opened when first needed and kept until the run ends, so
 * that a node costs no connection. A broken one is forgotten.
 */
export class RunSessions {
  private readonly idle: OwnSession[] = [];
  private readonly all = new Set<OwnSession>();

  constructor(private readonly options: RunSessionsOptions) {}

  async use<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const own = this.idle.pop() ?? (await this.open());
    let healthy = false;
    try {
      const value = await work(own.session);
      healthy = true;
      return value;
    } catch (error) {
      throw await blamed(error, {
        blockers: this.options.locks?.blockersOf(own.session.backendPid) ?? [],
        database: this.options.database,
      });
    } finally {
      if (this.all.has(own)) {
        // a failed node may have left a transaction, settings or temporary tables
        if (healthy || (await resets(own.session))) this.idle.push(own);
        else await this.forget(own);
      }
    }
  }

  /** The backends at work for someone. */
  busy(): readonly number[] {
    return [...this.all].filter((own) => !this.idle.includes(own)).map(({ session }) => session.backendPid);
  }

  async close(): Promise<void> {
    await Promise.all([...this.all].map((own) => this.forget(own)));
  }

  private async open(): Promise<OwnSession> {
    const { database, applicationName: name, statementTimeout = 0 } = this.options;
    const own = await database.session(name);
    this.all.add(own);
    void own.ended.then(() => {
      this.all.delete(own);
      const index = this.idle.indexOf(own);
      if (index >= 0) this.idle.splice(index, 1);
    });
    // candidates need not wait for the disk one by one: the publishing commit waits for all before it, and what a
    // crash takes before that belonged to a dead run
    await own.session.query('set synchronous_commit = off');
    // a server that may not check, or lacks the setting's platform support, does without
    await own.session
      .query(`select set_config('client_connection_check_interval', ${quoteLiteral('2s')}, false)`)
      .catch(() => undefined);
    if (statementTimeout > 0) await own.session.query(`set statement_timeout to ${statementTimeout}`);
    return own;
  }

  private async forget(own: OwnSession): Promise<void> {
    this.all.delete(own);
    await own.close().catch(() => undefined);
  }
}

async function resets(session: Session): Promise<boolean> {
  try {
    await session.query('rollback');
    await session.query('discard temp');
    return true;
  } catch {
    return false;
  }
}
