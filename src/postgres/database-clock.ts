import type { Queryable } from './queryable.js';

/**
 * The database's time, told without asking again: by the process's monotonic clock since the answer. What is written
 * beside the database's own times must agree with them, whatever this machine's clock says or jumps to.
 */
export class DatabaseClock {
  private constructor(
    private readonly then: number,
    private readonly readAt: number,
  ) {}

  static async read(database: Queryable): Promise<DatabaseClock> {
    const asked = performance.now();
    const { rows } = await database.query<{ now: Date }>('select clock_timestamp() as now');
    // half of the way is the question's, half the answer's
    const readAt = (asked + performance.now()) / 2;
    return new DatabaseClock(rows[0]?.now.getTime() ?? Date.now(), readAt);
  }

  now(): Date {
    return new Date(this.then + performance.now() - this.readAt);
  }

  /** Milliseconds that this machine's clock is ahead of the database's; negative where it is behind. */
  get ahead(): number {
    return Date.now() - this.now().getTime();
  }
}
