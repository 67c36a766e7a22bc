import { hostname } from 'node:os';
import { ThauError } from '../errors/thau-error.js';
import { advisoryLockHolders, takeAdvisoryLock, tryAdvisoryLock } from './advisory-lock.js';
import type { Database, OwnSession } from './database.js';
import { faultOf } from './fault.js';
import { qualifiedName } from './identifier.js';
import { refusePooler } from './pooler.js';
import type { Queryable, Result } from './queryable.js';
import type { Session } from './session.js';

export interface RunLockOptions {
  readonly database: Database;
  readonly stateSchema: string;
  /** Milliseconds without a heartbeat after which a holder counts as hung; 30,000 unless given. */
  readonly staleAfter?: number;
  /** Milliseconds to wait for a living holder; 0 refuses at once. */
  readonly wait?: number;
}

export interface RunLockHolder {
  readonly token: number;
  readonly runId: number | null;
  readonly host: string;
  readonly pid: number;
  readonly startedAt: Date;
  /** Seconds since it last showed life. */
  readonly silentFor: number;
}

/**
 * One run per database at a time. The row `run_lock` says who (and counts holders by a token that only grows: the
 * fence); an advisory lock on a session of the holder says whether it lives: it goes with the process, whatever
 * kills it. A holder that keeps its connection but stopped its heartbeat (SIGSTOP, a hung machine) is terminated and
 * replaced; when it wakes up, `assertHeld` in its publish finds a newer token and refuses.
 */
export class RunLock {
  private readonly lost = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private lastBeat = performance.now();
  private beating = false;
  private released = false;

  private constructor(
    private readonly options: RunLockOptions,
    private own: OwnSession,
    readonly token: number,
    /** The holder that died before us, if one did. */
    readonly tookOverFrom: RunLockHolder | undefined,
  ) {
    this.watch();
    this.timer = setInterval(() => void this.beat(), Math.min(2000, this.staleAfter / 4)).unref();
  }

  /** Takes the lock; throws POSTGRES_RUN_LOCKED naming the holder when it is not free in time. */
  static async acquire(options: RunLockOptions): Promise<RunLock> {
    const own = await options.database.session('thau run lock');
    try {
      await refusePooler(options.database, own.session);
      const until = performance.now() + (options.wait ?? 0);
      for (;;) {
        const answer = await attemptOrBusy(own.session, options);
        if ('token' in answer) return new RunLock(options, own, answer.token, answer.before);
        if (performance.now() >= until) throw lockedBy(answer.holder);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    } catch (error) {
      await own.close();
      throw error;
    }
  }

  /** Aborted, with a ThauError as reason, when another process took over or the session was lost for good. */
  get signal(): AbortSignal {
    return this.lost.signal;
  }

  private get staleAfter(): number {
    return this.options.staleAfter ?? 30_000;
  }

  /** Notes the run, so that the refused can be told which it is. */
  async setRun(runId: number): Promise<void> {
    await this.update('run_id = $2', [runId]);
  }

  /**
   * Within a transaction: nobody can take over until it ends, or POSTGRES_RUN_LOCK_LOST. A process that is stopped in
   * its middle counts as hung like any other: then the server ends the transaction.
   */
  async assertHeld(tx: Queryable): Promise<void> {
    await tx.query(`set local idle_in_transaction_session_timeout to ${Math.round(this.staleAfter)}`);
    const row = await readRow(tx, this.options.stateSchema);
    if (row.token !== this.token) throw lockLost(toHolder(row));
  }

  /** Frees the lock; without effect when it was lost. */
  async release(): Promise<void> {
    if (this.released) return;
    this.released = true;
    clearInterval(this.timer);
    try {
      await this.own.answered(
        this.update('run_id = null, host = null, pid = null, started_at = null, heartbeat_at = null', []),
        5000,
      );
    } catch {
      // the advisory lock goes with the session; the row is only a note then
    } finally {
      await this.own.close().catch(() => undefined);
    }
  }

  private async beat(): Promise<void> {
    // first, and without an answer: a connection that is cut without a word never gives one
    if (performance.now() - this.lastBeat > this.staleAfter) this.lose();
    if (this.beating || this.lost.signal.aborted) return;
    this.beating = true;
    try {
      const { rowCount } = await this.update('heartbeat_at = clock_timestamp()', []);
      if (rowCount === 0) this.lose(toHolder(await readRow(this.own.session, this.options.stateSchema, '')));
      else this.lastBeat = performance.now();
    } catch {
      // `watch` deals with a session that ended
    } finally {
      this.beating = false;
    }
  }

  private update(set: string, values: unknown[]): Promise<Result<object>> {
    const table = qualifiedName(this.options.stateSchema, 'run_lock');
    return this.own.session.query(`update ${table} set ${set} where token = $1`, [this.token, ...values]);
  }

  /** When the session breaks, takes the lock up again on a new one, unless somebody was quicker. */
  private watch(): void {
    void this.own.ended.then(async () => {
      while (!this.released && !this.lost.signal.aborted) {
        if (performance.now() - this.lastBeat > this.staleAfter / 2) {
          this.lose();
          return;
        }
        try {
          const other = await this.resume();
          if (other === undefined) this.watch();
          else this.lose(other.holder);
          return;
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 200));
        }
      }
    });
  }

  /** Undefined when the lock is ours again; else who has it. */
  private async resume(): Promise<{ readonly holder: RunLockHolder | undefined } | undefined> {
    const own = await this.options.database.session('thau run lock');
    try {
      const other = await own.session.transaction(async (tx) => {
        const row = await readRow(tx, this.options.stateSchema);
        if (row.token !== this.token) return { holder: toHolder(row) };
        // the server may not know yet that the session before is gone
        const held = await takeAdvisoryLock(tx, lockName(this.options.stateSchema));
        return held ? undefined : { holder: undefined };
      });
      if (other === undefined && !this.released) this.own = own;
      else await own.close();
      return other;
    } catch (error) {
      await own.close().catch(() => undefined);
      throw error;
    }
  }

  private lose(holder?: RunLockHolder): void {
    if (this.released || this.lost.signal.aborted) return;
    clearInterval(this.timer);
    this.lost.abort(lockLost(holder));
    void this.own.close().catch(() => undefined);
  }
}

/** Who holds the lock at the moment, if anybody does and lives. */
export async function runLockHolder(
  database: Database,
  stateSchema: string,
): Promise<RunLockHolder | undefined> {
  return database.use(async (session) => {
    const holders = await advisoryLockHolders(session, lockName(stateSchema));
    if (holders.length === 0) return undefined;
    return toHolder(await readRow(session, stateSchema, ''));
  });
}

interface LockRow {
  readonly token: number;
  readonly run_id: number | null;
  readonly host: string | null;
  readonly pid: number | null;
  readonly started_at: Date | null;
  readonly silent_for: number | null;
}

type Attempt = { token: number; before: RunLockHolder | undefined } | { holder: RunLockHolder | undefined };

/** One try; the row in a publish that goes on for longer than locks are waited for is somebody's. */
async function attemptOrBusy(session: Session, options: RunLockOptions): Promise<Attempt> {
  try {
    return await attempt(session, options);
  } catch (error) {
    if (faultOf(error)?.sqlstate !== '55P03') throw error;
    return { holder: toHolder(await readRow(session, options.stateSchema, '')) };
  }
}

/** One try, with the row locked, so that two that try at once come one after the other. */
function attempt(session: Session, options: RunLockOptions): Promise<Attempt> {
  const staleSeconds = (options.staleAfter ?? 30_000) / 1000;
  return session.transaction(async (tx) => {
    const row = await readRow(tx, options.stateSchema);
    const name = lockName(options.stateSchema);
    if (!(await tryAdvisoryLock(tx, name))) {
      if ((row.silent_for ?? 0) < staleSeconds) return { holder: toHolder(row) };
      if (!(await takeAdvisoryLock(tx, name))) return { holder: toHolder(row) };
    }
    const { rows } = await tx.query<{ token: number }>(
      /* sql */ `
        update ${qualifiedName(options.stateSchema, 'run_lock')} set
            token = token + 1, run_id = null, host = $1, pid = $2,
            started_at = clock_timestamp(), heartbeat_at = clock_timestamp()
        returning token`,
      [hostname(), process.pid],
    );
    return { token: rows[0]?.token ?? 0, before: toHolder(row) };
  });
}

async function readRow(session: Queryable, stateSchema: string, lock = 'for update'): Promise<LockRow> {
  const { rows } = await session.query<LockRow>(/* sql */ `
    select token, run_id, host, pid, started_at,
        extract(epoch from clock_timestamp() - heartbeat_at)::float8 as silent_for
    from ${qualifiedName(stateSchema, 'run_lock')} ${lock}`);
  const row = rows[0];
  if (!row)
    throw new ThauError('POSTGRES_MIGRATION', `The table run_lock of schema "${stateSchema}" is empty.`);
  return row;
}

function toHolder(row: LockRow): RunLockHolder | undefined {
  if (row.host === null || row.pid === null || row.started_at === null) return undefined;
  return {
    token: row.token,
    runId: row.run_id,
    host: row.host,
    pid: row.pid,
    startedAt: row.started_at,
    silentFor: row.silent_for ?? 0,
  };
}

function lockName(stateSchema: string): string {
  return `${stateSchema}.run_lock`;
}

function lockedBy(holder: RunLockHolder | undefined): ThauError {
  const run = typeof holder?.runId === 'number' ? `Run ${holder.runId}` : 'Another run';
  const who = holder
    ? ` (process ${holder.pid} on ${holder.host}, started ${holder.startedAt.toISOString()})`
    : '';
  return new ThauError('POSTGRES_RUN_LOCKED', `${run} is going on in this database${who}.`, {
    hint: 'Wait until it has finished, or cancel it with `thau cancel`.',
  });
}

function lockLost(holder: RunLockHolder | undefined): ThauError {
  const who =
    holder === undefined
      ? 'The lock of this run was lost: its connection broke, or the process did not answer for too long.'
      : `${typeof holder.runId === 'number' ? `Run ${holder.runId}` : 'Another run'} (process ${holder.pid} on ${holder.host}) took over: this process did not answer for too long.`;
  return new ThauError('POSTGRES_RUN_LOCK_LOST', who, {
    hint: 'Nothing of this run was published. Run again.',
  });
}
