import { hostname } from 'node:os';
import { takeAdvisoryLock, tryAdvisoryLock } from '../postgres/advisory-lock.js';
import type { Database, OwnSession } from '../postgres/database.js';
import { qualifiedName } from '../postgres/identifier.js';

export interface LeadershipOptions {
  readonly database: Database;
  readonly stateSchema: string;
  /** Milliseconds without a sign of life after which a leader counts as hung; 30,000 unless given. */
  readonly staleAfter?: number;
  readonly onLost: () => void;
}

/**
 * At most one process per database leads the schedule: the one whose session holds an advisory lock. PostgreSQL
 * frees it with the session, however that ends, and the next process to `attempt` takes over. A leader that keeps its
 * session and shows no life (stopped, a hung machine) is ended by whoever notices.
 */
export class Leadership {
  private own: OwnSession | undefined;

  constructor(private readonly options: LeadershipOptions) {}

  get held(): boolean {
    return this.own !== undefined;
  }

  /** True when it leads, by now or since before; shows life where it does. */
  async attempt(): Promise<boolean> {
    if (this.own) {
      await this.showLife(this.own);
      return true;
    }
    const { database, stateSchema } = this.options;
    const name = `${stateSchema}.schedule`;
    const own = await database.session('thau schedule');
    try {
      const got =
        (await tryAdvisoryLock(own.session, name)) ||
        ((await this.leaderIsSilent(own)) && (await takeAdvisoryLock(own.session, name)));
      if (!got) {
        await own.close();
        return false;
      }
      await this.showLife(own);
    } catch (error) {
      await own.close().catch(() => undefined);
      throw error;
    }
    this.own = own;
    void own.ended.then(() => {
      if (this.own !== own) return;
      this.own = undefined;
      this.options.onLost();
    });
    return true;
  }

  async release(): Promise<void> {
    const own = this.own;
    this.own = undefined;
    await own?.close().catch(() => undefined);
  }

  private async showLife({ session }: OwnSession): Promise<void> {
    await session.query(
      /* sql */ `
        insert into ${this.table} (host, pid, heartbeat_at) values ($1, $2, clock_timestamp())
        on conflict (only_row) do update set
            host = excluded.host, pid = excluded.pid, heartbeat_at = excluded.heartbeat_at`,
      [hostname(), process.pid],
    );
  }

  private async leaderIsSilent({ session }: OwnSession): Promise<boolean> {
    const { rows } = await session.query(
      `select from ${this.table} where heartbeat_at < clock_timestamp() - make_interval(secs => $1)`,
      [(this.options.staleAfter ?? 30_000) / 1000],
    );
    return rows.length > 0;
  }

  private get table(): string {
    return qualifiedName(this.options.stateSchema, 'schedule_lead');
  }
}
