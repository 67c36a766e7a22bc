import { tryAdvisoryLock } from '../postgres/advisory-lock.js';
import type { Database, OwnSession } from '../postgres/database.js';

/**
 * At most one process per database leads the schedule: the one whose session holds an advisory lock. PostgreSQL
 * frees it with the session, however that ends, and the next process to `attempt` takes over.
 */
export class Leadership {
  private own: OwnSession | undefined;

  constructor(
    private readonly database: Database,
    private readonly stateSchema: string,
    private readonly onLost: () => void,
  ) {}

  get held(): boolean {
    return this.own !== undefined;
  }

  /** True when it leads, by now or since before. */
  async attempt(): Promise<boolean> {
    if (this.own) return true;
    const own = await this.database.session('thau schedule');
    try {
      if (!(await tryAdvisoryLock(own.session, `${this.stateSchema}.schedule`))) {
        await own.close();
        return false;
      }
    } catch (error) {
      await own.close().catch(() => undefined);
      throw error;
    }
    this.own = own;
    void own.ended.then(() => {
      if (this.own !== own) return;
      this.own = undefined;
      this.onLost();
    });
    return true;
  }

  async release(): Promise<void> {
    const own = this.own;
    this.own = undefined;
    await own?.close().catch(() => undefined);
  }
}
