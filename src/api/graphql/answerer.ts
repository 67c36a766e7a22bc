import {
  execute,
  getVariableValues,
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
import type { GenerationFollower } from '../generation/follower.js';
import type { LoadedGeneration, PlannedOperation } from '../generation/loaded-generation.js';
import type { RequestContext } from '../http/request-context.js';
import type { Log } from '../log.js';
import { faultOfError } from './graphql-fault.js';
import type { KnownOperation } from './known-documents.js';
import { readsSchema } from './operation-checks.js';
import { RawJson } from './raw-json.js';

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
  /** Milliseconds after which a statement is written to the log. */
  readonly slowStatement: number;
  /** What mutations do, by field. */
  readonly mutations: Readonly<Record<string, unknown>>;
}

/** How often a request is planned again when publishes overtake it. */
const attempts = 3;

/** SQLSTATEs of a plan whose relations are gone or changed: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const overtaken: ReadonlySet<string | undefined> = new Set(['42P01', '3F000', '0A000']);

/** Answers operations of the current generation: one statement each, planned again where a publish overtook it. */
export class Answerer {
  readonly #options: AnswererOptions;

  constructor(options: AnswererOptions) {
    this.#options = options;
  }

  /** The whole answer for Apollo; never throws. */
  async execute(question: Question): Promise<ExecutionResult> {
    const { schema, document, operation, context } = question;
    const { requestId } = context;
    try {
      if (operation.operation === OperationTypeNode.MUTATION) return await this.#mutate(question);
      if (readsSchema(document)) {
        return await execute({
          schema,
          document,
          variableValues: question.variables,
          operationName: operation.name?.value,
        });
      }
      const answer = await this.answer({ document, operation }, question.variables, context);
      return typeof answer === 'string' ? { data: new RawJson(answer) as never } : answer;
    } catch (error) {
      this.note(error, requestId);
      return { errors: [faultOfError(error, requestId)] };
    }
  }

  /** `data` as text where it is right as PostgreSQL wrote it, else a result. Throws what stands in the way. */
  async answer(
    known: KnownOperation,
    variables: Readonly<Record<string, unknown>>,
    context: RequestContext,
  ): Promise<string | ExecutionResult> {
    const { follower } = this.#options;
    let operation: KnownOperation = known;
    let before: LoadedGeneration | undefined;
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const loaded = follower.current;
      if (loaded === undefined) throw new ThauError('API_NO_GENERATION', 'Nothing was published yet.');
      if (before !== undefined && before.schema !== loaded.schema) {
        const errors = validate(loaded.schema, operation.document);
        if (errors.length > 0) return { errors };
        operation = { ...operation };
      }
      before = loaded;
      const coerced = getVariableValues(
        loaded.schema,
        operation.operation.variableDefinitions ?? [],
        variables,
        {
          maxErrors: 10,
        },
      );
      if (coerced.errors !== undefined) return { errors: coerced.errors };
      const planned = loaded.plan(operation, coerced.coerced, context.caller.role);
      const answer = await this.#run(planned, context);
      if (answer !== undefined) return answer;
      await follower.refresh();
    }
    throw new ThauError('API_MOVED', 'Each plan was overtaken by a publish.');
  }

  /** Undefined where the generation of the plan is no longer the current one. */
  async #run(
    planned: PlannedOperation,
    context: RequestContext,
  ): Promise<string | ExecutionResult | undefined> {
    const started = performance.now();
    const owner = context.caller.keyId ?? '';
    try {
      const rows = await this.#options.pool.run(planned.statement, planned.values, {
        owner,
        cancellation: context.cancellation,
      });
      return planned.complete(rows[0]);
    } catch (error) {
      if (!overtaken.has(faultOf(error)?.sqlstate)) throw error;
      const facts = { requestId: context.requestId, error: String(error) };
      this.#options.log.warn('a statement met relations of another generation', facts);
      return undefined;
    } finally {
      const milliseconds = performance.now() - started;
      if (milliseconds > this.#options.slowStatement) {
        this.#options.log.warn('slow statement', {
          requestId: context.requestId,
          milliseconds: Math.round(milliseconds),
          statement: planned.statement.text,
        });
      }
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
