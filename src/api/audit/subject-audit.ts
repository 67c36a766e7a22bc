import type { Database } from '../../postgres/database.js';
import type { RequestContext } from '../http/request-context.js';

export interface SubjectAuditOptions {
  readonly database: Database;
  /** thau's own schema, quoted. */
  readonly state: string;
}

/** Rows that are forgotten by one statement. */
const atOnce = 5_000;

/** One answer that showed personal data. */
interface SubjectRead {
  readonly keyId: string | null;
  readonly caller: string;
  readonly role: string;
  readonly requestId: string;
  readonly operation: string | null;
  readonly generation: string;
  readonly fields: readonly string[];
  readonly subjects: readonly string[];
}

/**
 * Who read whose personal data: a row of `subject_reads` for each answer, written before the answer goes out. Those of
 * the same moment are written together; where they cannot be written, nothing is shown.
 */
export class SubjectAudit {
  readonly #options: SubjectAuditOptions;
  #waiting: SubjectRead[] = [];
  #writing: Promise<void> | undefined;

  constructor(options: SubjectAuditOptions) {
    this.#options = options;
  }

  /** Resolves when it is written. */
  note(
    context: RequestContext,
    read: {
      readonly operation: string | undefined;
      readonly generation: string;
      readonly fields: readonly string[];
      readonly subjects: ReadonlySet<string>;
    },
  ): Promise<void> {
    if (read.subjects.size === 0) return Promise.resolve();
    this.#waiting.push({
      keyId: context.caller.keyId ?? null,
      caller: context.caller.name,
      role: context.access.name,
      requestId: context.requestId,
      operation: read.operation ?? null,
      generation: read.generation,
      fields: read.fields,
      subjects: [...read.subjects],
    });
    // what comes while a batch is written goes with the next
    const before = this.#writing;
    if (before === undefined) return this.#begin();
    return this.#after(before);
  }

  /** Forgets what was read longer ago than that many milliseconds; answers with how many rows went. */
  async forget(keep: number): Promise<number> {
    const { database, state } = this.#options;
    let gone = 0;
    for (;;) {
      // some at a time, so that no answer waits for the deletion of years
      const { rowCount } = await database.query(
        `delete from ${state}.subject_reads where read_id in (
           select read_id from ${state}.subject_reads
           where read_at < clock_timestamp() - make_interval(secs => $1) order by read_at limit ${atOnce}
           for update skip locked)`,
        [keep / 1000],
      );
      gone += rowCount;
      if (rowCount < atOnce) return gone;
    }
  }

  #next: Promise<void> | undefined;

  #after(before: Promise<void>): Promise<void> {
    this.#next ??= before
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.#begin();
      });
    return this.#next;
  }

  #begin(): Promise<void> {
    const reads = this.#waiting;
    this.#waiting = [];
    const writing = this.#write(reads).finally(() => {
      if (this.#writing === writing) this.#writing = undefined;
    });
    this.#writing = writing;
    return writing;
  }

  async #write(reads: readonly SubjectRead[]): Promise<void> {
    const { database, state } = this.#options;
    await database.query(
      `insert into ${state}.subject_reads (key_id, caller, role, request_id, operation, generation, fields, subjects)
       select r ->> 'keyId', r ->> 'caller', r ->> 'role', r ->> 'requestId', r ->> 'operation',
         (r ->> 'generation')::bigint, array(select jsonb_array_elements_text(r -> 'fields')),
         array(select jsonb_array_elements_text(r -> 'subjects'))
       from jsonb_array_elements($1::jsonb) as r`,
      [JSON.stringify(reads)],
    );
  }
}
