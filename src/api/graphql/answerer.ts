import {
  execute,
  OperationTypeNode,
  validate,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { ThauError } from '../../errors/thau-error.js';
import { faultOf } from '../../postgres/fault.js';
import type { StatementPool } from '../../postgres/statements/statement-pool.js';
import { wireValue } from '../../postgres/statements/wire-value.js';
import { isSuspect } from '../../query/complete-suspect.js';
import type { PlannedEvent, PlannedStatement } from '../../query/planner.js';
import { takeSubjects } from '../../query/subjects.js';
import type { SubjectAudit } from '../audit/subject-audit.js';
import type { GenerationFollower } from '../generation/follower.js';
import type { LoadedGeneration } from '../generation/loaded-generation.js';
import type { RequestContext } from '../http/request-context.js';
import type { Log } from '../log.js';
import { faultOfError, graphqlFault } from './graphql-fault.js';
import type { KnownOperation } from './known-documents.js';
import type { SlowStatements } from './slow-statements.js';
import { RawJson } from './raw-json.js';
import { overtaken } from '../generation/overtaken.js';

export interface Question {
  readonly schema: GraphQLSchema;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: RequestContext;
}

export interface AnswererOptions {
  readonly pool: StatementPool;
  readonly follower: GenerationFollower<LoadedGeneration>;
  readonly log: Log;
  readonly slow: SlowStatements;
  readonly audit: SubjectAudit;
  /** What mutations do, by field. */
  readonly mutations: Readonly<Record<string, unknown>>;
}

/** https://opentelemetry.io/docs/specs/semconv/database/postgresql/ */
const databaseAttributes = { 'db.system.name': 'postgresql', 'db.operation.name': 'SELECT' } as const;

/** How often a request is planned again when publishes overtake it. */
const attempts = 3;

/** Answers operations of the current generation: one statement each, planned again where a publish overtook it. */
export class Answerer {
  readonly #options: AnswererOptions;

  constructor(options: AnswererOptions) {
    this.#options = options;
  }

  /** The whole answer for Apollo; never throws. */
  async execute(question: Question): Promise<ExecutionResult> {
    const { document, operation, context } = question;
    try {
      if (operation.operation === OperationTypeNode.MUTATION) return await this.#mutate(question);
      if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
        const message = 'Subscriptions are not answered by POST and GET.';
        return { errors: [graphqlFault('BAD_USER_INPUT', message, { status: 400, nodes: [operation] })] };
      }
      const answer = await this.answer({ document, operation }, question.variables, context);
      return answer instanceof RawJson ? { data: answer as never } : answer;
    } catch (error) {
      this.note(error, context.requestId);
      return { errors: [faultOfError(error, context.requestId)] };
    }
  }

  /** `data` as it stands where it is right as PostgreSQL wrote it, else a result. Throws what stands in the way. */
  async answer(
    known: KnownOperation,
    variables: Readonly<Record<string, unknown>>,
    context: RequestContext,
  ): Promise<RawJson | ExecutionResult> {
    const { follower } = this.#options;
    let before: LoadedGeneration | undefined;
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const loaded = follower.current;
      if (loaded === undefined) throw new ThauError('API_NO_GENERATION', 'Nothing was published yet.');
      if (before !== undefined && before !== loaded) {
        const errors = validate(loaded.schema, known.document);
        if (errors.length > 0) return { errors };
      }
      before = loaded;
      const planned = loaded.planner.plan({
        document: known.document,
        operationName: known.operation.name?.value,
        variables,
        role: context.access.sight,
        claims: context.caller.claims,
      });
      if (planned.kind === 'errors') return { errors: planned.errors };
      if (planned.kind === 'answer') return new RawJson(planned.data);
      if (planned.kind === 'operation') throw new Error('only queries are planned');
      const answer = await this.#run(loaded, planned, known, context);
      if (answer !== undefined) return answer;
      await follower.refresh();
    }
    throw new ThauError('API_MOVED', 'Each plan was overtaken by a publish.');
  }

  /**
   * The answer from one generation, whichever is current now; undefined where the pointer moved or relations went
   * meanwhile. `event` makes a subscription's operation a statement.
   */
  async within(
    loaded: LoadedGeneration,
    known: KnownOperation,
    variables: Readonly<Record<string, unknown>>,
    context: RequestContext,
    event?: PlannedEvent,
  ): Promise<RawJson | ExecutionResult | undefined> {
    const planned = loaded.planner.plan(
      {
        document: known.document,
        operationName: known.operation.name?.value,
        variables,
        role: context.access.sight,
        claims: context.caller.claims,
      },
      event,
    );
    if (planned.kind === 'errors') return { errors: planned.errors };
    if (planned.kind === 'answer') return new RawJson(planned.data);
    if (planned.kind === 'operation') throw new Error('only queries and events are planned');
    return this.#run(loaded, planned, known, context);
  }

  /** Undefined where the generation of the plan is no longer the current one. */
  async #run(
    loaded: LoadedGeneration,
    planned: PlannedStatement,
    known: KnownOperation,
    context: RequestContext,
  ): Promise<RawJson | ExecutionResult | undefined> {
    const values = planned.values.map(wireValue);
    // who would not hear of a publish at once may not answer from before it
    const shared = loaded.keepsAnswers && planned.plan.published && this.#options.follower.listening;
    const key = shared ? `${planned.plan.name} ${JSON.stringify(values)}` : '';
    const kept = shared ? loaded.answers.get(key) : undefined;
    if (kept !== undefined) return this.#shown(loaded, planned, known, context, kept);
    const data = shared
      ? await loaded.flights.join(key, context.cancellation, (cancellation) =>
          this.#read(loaded, planned, values, { ...context, cancellation }),
        )
      : await this.#read(loaded, planned, values, context);
    if (data === undefined) return undefined;
    const { head, tail, pii } = planned.plan;
    const text = pii.length > 0 ? takeSubjects(data).data : data;
    if (isSuspect(planned.plan, text)) {
      const { document, operation } = known;
      const request = { document, operationName: operation.name?.value };
      const answer = loaded.complete(request, planned, `${head}${text}${tail}`);
      if (typeof answer !== 'string') {
        await this.#shown(loaded, planned, known, context, data);
        return answer;
      }
    }
    if (shared) loaded.answers.set(key, data);
    return this.#shown(loaded, planned, known, context, data);
  }

  /** An answer as it goes out, after record was kept of whose personal data it shows. */
  #shown(
    loaded: LoadedGeneration,
    { plan }: PlannedStatement,
    { operation }: KnownOperation,
    context: RequestContext,
    kept: string | Buffer,
  ): RawJson | Promise<RawJson> {
    if (plan.pii.length === 0) return new RawJson(kept, plan.head, plan.tail);
    const { data, subjects } = takeSubjects(kept.toString());
    const read = {
      operation: operation.name?.value,
      generation: loaded.generation,
      fields: plan.pii,
      subjects,
    };
    return this.#options.audit.note(context, read).then(() => new RawJson(data, plan.head, plan.tail));
  }

  /** Runs the statement; undefined where it found the pointer elsewhere, or its relations gone. */
  async #read(
    loaded: LoadedGeneration,
    planned: PlannedStatement,
    values: (string | null)[],
    context: RequestContext,
  ): Promise<string | undefined> {
    const { pool, follower, log, slow } = this.#options;
    const statement = loaded.statementOf(planned.plan);
    const pinned = [follower.pin ?? loaded.generation, ...values.slice(1)];
    const started = performance.now();
    try {
      const rows = await pool.run(statement, pinned, {
        owner: context.caller.keyId ?? '',
        cancellation: context.cancellation,
      });
      return rows[0]?.[1] ?? undefined;
    } catch (error) {
      if (!overtaken.has(faultOf(error)?.sqlstate)) throw error;
      log.warn('a statement met relations of another generation', {
        requestId: context.requestId,
        error: String(error),
      });
      return undefined;
    } finally {
      const ended = performance.now();
      slow.note(statement.text, ended - started, context.requestId);
      context.trace?.child('SELECT', started, ended, databaseAttributes);
    }
  }

  async #mutate(question: Question): Promise<ExecutionResult> {
    return execute({
      schema: question.schema,
      document: question.document,
      operationName: question.operation.name?.value,
      variableValues: question.variables,
      rootValue: this.#options.mutations,
      contextValue: question.context,
    });
  }

  /** What the caller does not learn goes to the log, under the id they have. */
  note(error: unknown, requestId: string): void {
    if (error instanceof ThauError && (error.code === 'API_CLIENT_GONE' || error.code === 'API_BUSY')) return;
    const fault = faultOf(error);
    this.#options.log.error('request failed', {
      requestId,
      error: error instanceof Error ? error.message : String(error),
      ...(error instanceof ThauError && { code: error.code, notes: error.notes }),
      ...(fault !== undefined && { sqlstate: fault.sqlstate, postgresHint: fault.hint }),
    });
  }
}
