import { validate } from 'graphql';
import { ThauError } from '../../errors/thau-error.js';
import type { Database } from '../../postgres/database.js';
import { faultOf } from '../../postgres/fault.js';
import { GenerationLease } from '../../postgres/generation-lease.js';
import { rowStream } from '../../postgres/statements/row-stream.js';
import { wireValue } from '../../postgres/statements/wire-value.js';
import { isSuspect } from '../../query/complete-suspect.js';
import type { PlannedStatement } from '../../query/planner.js';
import { takeSubjects } from '../../query/subjects.js';
import type { SubjectAudit } from '../audit/subject-audit.js';
import type { GenerationFollower } from '../generation/follower.js';
import type { LoadedGeneration } from '../generation/loaded-generation.js';
import type { RequestContext } from '../http/request-context.js';
import type { StreamSlots } from './stream-slots.js';
import { rowsOf } from './write-rows.js';
import { firstError } from './first-error.js';
import type { TrustedOperation } from './trusted-operation.js';
import { overtaken } from '../generation/overtaken.js';

export interface FlatStreamsOptions {
  readonly database: Database;
  /** thau's own schema, quoted. */
  readonly state: string;
  readonly follower: GenerationFollower<LoadedGeneration>;
  readonly slots: StreamSlots;
  readonly audit: SubjectAudit;
  readonly statementTimeout: number;
}

/** How often a request is planned again when publishes overtake it. */
const attempts = 3;

/** The rows of one answer, and what they are the rows of. */
export interface FlatStream {
  readonly generation: string;
  /** Says the same as long as the rows are the same; undefined where more than a publish changes them. */
  readonly identity: string | undefined;
  /** Whether record is kept of who reads it, so that no answer may be given without a look at its rows. */
  readonly audited: boolean;
  /** Parsed rows, batch by batch. */
  readonly batches: AsyncGenerator<readonly unknown[], void, void>;
}

/**
 * Rows of an operation as they come from the database, in bounded memory. Their generation is leased from before the
 * first to the last, so that no publish takes it away under a reader, and one snapshot shows all of them.
 */
export class FlatStreams {
  readonly #options: FlatStreamsOptions;

  constructor(options: FlatStreamsOptions) {
    this.#options = options;
  }

  /**
   * What a request would read, of one generation or of the current; nothing is asked of the database before its first
   * batch. Throws GraphQL's errors.
   */
  plan(
    operation: TrustedOperation,
    variables: Readonly<Record<string, unknown>>,
    context: RequestContext,
    pinned?: LoadedGeneration,
  ): FlatStream {
    const loaded = pinned ?? this.#current();
    const planned = planIn(loaded, operation, variables, context);
    const { plan, values } = planned;
    return {
      generation: loaded.generation,
      identity: plan.published
        ? `${loaded.generation} ${plan.name} ${JSON.stringify(values.slice(1).map(wireValue))}`
        : undefined,
      audited: plan.pii.length > 0,
      batches:
        pinned === undefined
          ? this.#read(loaded, planned, operation, variables, context)
          : this.#readPinned(pinned, planned, operation, context),
    };
  }

  #current(): LoadedGeneration {
    const loaded = this.#options.follower.current;
    if (loaded === undefined) throw new ThauError('API_NO_GENERATION', 'Nothing was published yet.');
    return loaded;
  }

  async *#read(
    first: LoadedGeneration,
    planned: PlannedStatement,
    operation: TrustedOperation,
    variables: Readonly<Record<string, unknown>>,
    context: RequestContext,
  ): AsyncGenerator<readonly unknown[], void, void> {
    const release = await this.#options.slots.take(context.caller.keyId ?? '', context.cancellation);
    try {
      let loaded = first;
      let plan = planned;
      for (let attempt = 0; attempt < attempts; attempt += 1) {
        let stood = false;
        try {
          for await (const texts of this.#leased(loaded, plan, context)) {
            if (texts === false) break;
            stood = true;
            yield (await this.#shown(loaded, plan, operation, context, texts)).map((text) =>
              completed(loaded, operation, plan, text),
            );
          }
          if (stood) return;
        } catch (error) {
          // a batch that went out cannot be taken back
          if (stood || !isOvertaken(error)) throw error;
        }
        await this.#options.follower.refresh();
        loaded = this.#current();
        plan = planIn(loaded, operation, variables, context);
      }
      throw new ThauError('API_MOVED', 'Each plan was overtaken by a publish.');
    } finally {
      release();
    }
  }

  /** The lease is what keeps an earlier generation: the pointer may be anywhere. */
  async *#readPinned(
    pinned: LoadedGeneration,
    planned: PlannedStatement,
    operation: TrustedOperation,
    context: RequestContext,
  ): AsyncGenerator<readonly unknown[], void, void> {
    const release = await this.#options.slots.take(context.caller.keyId ?? '', context.cancellation);
    try {
      for await (const texts of this.#leased(pinned, planned, context, true)) {
        const shown = await this.#shown(pinned, planned, operation, context, texts || []);
        yield shown.map((text) => completed(pinned, operation, planned, text));
      }
    } finally {
      release();
    }
  }

  /** Rows as they go out, after record was kept of whose personal data they show. */
  async #shown(
    loaded: LoadedGeneration,
    { plan }: PlannedStatement,
    operation: TrustedOperation,
    context: RequestContext,
    texts: readonly string[],
  ): Promise<readonly string[]> {
    if (plan.pii.length === 0) return texts;
    const taken = texts.map(takeSubjects);
    await this.#options.audit.note(context, {
      operation: operation.name,
      generation: loaded.generation,
      fields: plan.pii,
      subjects: new Set(taken.flatMap(({ subjects }) => [...subjects])),
    });
    return taken.map(({ data }) => data);
  }

  /** Yields at least once where the generation is the current one: an empty batch stands for no rows. */
  async *#leased(
    loaded: LoadedGeneration,
    planned: PlannedStatement,
    context: RequestContext,
    mayBeEarlier = false,
  ): AsyncGenerator<readonly string[] | false, void, void> {
    const { database, state, follower, statementTimeout } = this.#options;
    const lease = await GenerationLease.take({
      database,
      state,
      generation: Number(loaded.generation),
      holder: `rows for key ${context.caller.keyId ?? 'of nobody'}`,
    });
    try {
      const rows = rowStream({
        database,
        statement: planned.plan.text,
        values: planned.values.slice(1).map(wireValue),
        statementTimeout,
        cancellation: context.cancellation,
        stands: async (read) => {
          if (mayBeEarlier) return true;
          const [pointer] = await read(`select generation::text from ${state}.pointer`);
          return pointer?.[0] === (follower.pin ?? loaded.generation);
        },
      });
      let begun = false;
      for await (const texts of rows) {
        begun = true;
        lease.signal.throwIfAborted();
        yield texts;
      }
      if (!begun && !context.cancellation.cancelled) yield [];
    } catch (error) {
      // what PostgreSQL says of a statement that we cancelled is nobody's fault
      throw context.cancellation.cancelled ? gone() : error;
    } finally {
      await lease.release();
    }
  }
}

function planIn(
  loaded: LoadedGeneration,
  { stream: document, operation }: TrustedOperation,
  variables: Readonly<Record<string, unknown>>,
  context: RequestContext,
): PlannedStatement {
  const [wrong] = validate(loaded.schema, document);
  if (wrong !== undefined) throw wrong;
  const planned = loaded.planner.rows({
    document,
    operationName: operation.name?.value,
    variables,
    role: context.access.sight,
    claims: context.caller.claims,
  });
  if (planned.kind === 'errors') throw firstError({ errors: planned.errors });
  if (planned.kind !== 'statement') throw new Error('rows are read by a statement');
  return planned;
}

/** A row's value; what graphql-js finds at fault in it ends the whole answer. */
function completed(
  loaded: LoadedGeneration,
  operation: TrustedOperation,
  planned: PlannedStatement,
  text: string,
): unknown {
  if (!isSuspect(planned.plan, text)) return JSON.parse(text);
  const rows = operation.shape === 'connection' ? `{"edges":[{"node":${text}}]}` : `[${text}]`;
  const request = { document: operation.stream, operationName: operation.operation.name?.value };
  const answer = loaded.complete(request, planned, `{"${operation.root}":${rows}}`);
  if (typeof answer === 'string') return JSON.parse(text);
  if (answer.errors !== undefined) throw firstError(answer);
  return rowsOf(operation, answer.data ?? {})[0];
}

function isOvertaken(error: unknown): boolean {
  if (error instanceof ThauError && error.code === 'POSTGRES_NO_SUCH_GENERATION') return true;
  return overtaken.has(faultOf(error)?.sqlstate);
}

function gone(): ThauError {
  return new ThauError('API_CLIENT_GONE', 'The client went away before the answer.');
}
