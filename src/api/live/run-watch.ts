import type { Database } from '../../postgres/database.js';
import type { Bell } from './bell.js';

/** How a run stands, so that two looks can be compared. */
export interface RunLook {
  readonly runId: string;
  readonly finished: boolean;
  /** Changes whenever anything of the run does. */
  readonly mark: string;
}

/** Milliseconds between looks while somebody watches. */
const interval = 400;

/**
 * Looks at runs while anyone watches them: one question for all. A run tells its end by notification alone; what it
 * did in between stands in `run_nodes`.
 */
export class RunWatch {
  readonly #database: Database;
  readonly #state: string;
  readonly #bell: Bell;
  readonly #wanted = new Map<string, number>();
  #looks: readonly RunLook[] = [];
  #watchers = 0;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(database: Database, state: string, bell: Bell) {
    this.#database = database;
    this.#state = state;
    this.#bell = bell;
  }

  get looks(): readonly RunLook[] {
    return this.#looks;
  }

  /** Looks from now on until what is returned is called; a run that is named is looked at after its end too. */
  watch(runId: string | undefined): () => void {
    this.#watchers += 1;
    if (runId !== undefined) this.#wanted.set(runId, (this.#wanted.get(runId) ?? 0) + 1);
    if (this.#watchers === 1) this.#timer = setInterval(() => void this.look(), interval).unref();
    return () => {
      this.#watchers -= 1;
      const left = (this.#wanted.get(runId ?? '') ?? 1) - 1;
      if (left > 0) this.#wanted.set(runId ?? '', left);
      else this.#wanted.delete(runId ?? '');
      if (this.#watchers > 0) return;
      clearInterval(this.#timer);
      this.#looks = [];
    };
  }

  /** One look; several at once share it. While the database does not answer, nothing changed. */
  look(): Promise<void> {
    this.#looking ??= this.#ask()
      .catch(() => undefined)
      .finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #ask(): Promise<void> {
    const { rows } = await this.#database.query<RunLook>(
      `select r.run_id::text as "runId", r.finished_at is not null as finished,
              concat_ws(' ', r.state, r.finished_at, (
                  select concat(count(*), ' ', count(n.finished_at), ' ', max(n.finished_at))
                  from ${this.#state}.run_nodes n where n.run_id = r.run_id)) as mark
       from ${this.#state}.runs r
       where r.run_id = any($1::bigint[]) or r.state = 'running'
          or r.finished_at > clock_timestamp() - interval '10 seconds'
       order by r.run_id`,
      [[...this.#wanted.keys()]],
    );
    const before = new Map(this.#looks.map((one) => [one.runId, one.mark]));
    this.#looks = rows;
    if (rows.some((one) => before.get(one.runId) !== one.mark)) this.#bell.ring();
  }
}
