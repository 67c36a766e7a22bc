import { ThauError } from '../errors/thau-error.js';
import type { Queryable } from './queryable.js';

export interface LeaseOptions {
  readonly database: Queryable;
  /** thau's own schema, quoted. */
  readonly state: string;
  /** The current one unless given. */
  readonly generation?: number;
  /** Who reads, for `thau status`: `thau diff`, `export of key 3f2a`. */
  readonly holder: string;
  /** Milliseconds that the lease outlives its last sign of life; 60,000 unless given. */
  readonly lasts?: number;
}

/**
 * Keeps a generation's relations while someone reads them over more than one statement: an export in pages, a stream,
 * a comparison. It shows life by the database's clock; a reader that died loses the lease when it runs out, and the
 * relations go with the next garbage.
 */
export class GenerationLease {
  private readonly lost = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private renewing: Promise<void> | undefined;

  private constructor(
    private readonly options: LeaseOptions,
    readonly generation: number,
    private readonly id: number,
  ) {
    this.timer = setInterval(
      () => {
        this.renewing ??= this.renew().finally(() => (this.renewing = undefined));
      },
      lastsOf(options) / 3,
    ).unref();
  }

  /** Takes it; throws POSTGRES_NO_SUCH_GENERATION when that generation is not kept any more. */
  static async take(options: LeaseOptions): Promise<GenerationLease> {
    const { database, state } = options;
    // the row is locked, so that garbage collection comes before us, and is seen, or after us, and sees us
    const { rows } = await database.query<{ id: number; generation: number }>(
      /* sql */ `
        with kept as (
            select g.generation from ${state}.generations as g
            where g.generation = coalesce($1::bigint, (select p.generation from ${state}.pointer as p))
              and g.retired_at is null
            for share)
        insert into ${state}.leases (generation, holder, expires_at)
        select generation, $2, clock_timestamp() + make_interval(secs => $3) from kept
        returning lease_id as id, generation`,
      [options.generation ?? null, options.holder, lastsOf(options) / 1000],
    );
    const [row] = rows;
    if (row) return new GenerationLease(options, row.generation, row.id);
    const which =
      options.generation === undefined ? 'The current generation' : `Generation ${options.generation}`;
    throw new ThauError('POSTGRES_NO_SUCH_GENERATION', `${which} is not kept.`, {
      hint: 'See thau history; runs.keep_generations in thau.yml says how many are kept.',
    });
  }

  /** Aborted, with a ThauError as reason, when the lease ran out or was taken away: what is read may go. */
  get signal(): AbortSignal {
    return this.lost.signal;
  }

  async release(): Promise<void> {
    clearInterval(this.timer);
    await this.renewing;
    const { database, state } = this.options;
    await database
      .query(`delete from ${state}.leases where lease_id = $1`, [this.id])
      // it runs out by itself
      .catch(() => undefined);
  }

  private async renew(): Promise<void> {
    const { database, state } = this.options;
    try {
      const { rowCount } = await database.query(
        `update ${state}.leases set expires_at = clock_timestamp() + make_interval(secs => $2)
         where lease_id = $1 and expires_at > clock_timestamp()`,
        [this.id, lastsOf(this.options) / 1000],
      );
      if (rowCount === 0) this.lose();
    } catch {
      // tried again; the database's clock decides when it is too late
    }
  }

  private lose(): void {
    clearInterval(this.timer);
    this.lost.abort(
      new ThauError('POSTGRES_LEASE_LOST', `The lease of generation ${this.generation} ran out.`, {
        hint: 'Begin again on the current generation.',
      }),
    );
  }
}

function lastsOf({ lasts }: LeaseOptions): number {
  return lasts ?? 60_000;
}
