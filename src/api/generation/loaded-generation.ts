import type { DocumentNode, ExecutionResult, GraphQLSchema } from 'graphql';
import { Statement } from '../../postgres/statements/statement.js';
import { completeSuspect, isSuspect } from '../../query/complete-suspect.js';
import type { PlannedStatement, Planner, Plan } from '../../query/planner.js';
import type { ServedDocument } from '../../query/served-document.js';
import type { SdlSource } from '../../schema/catalog.js';
import type { BoundField, BoundSchema } from '../../schema/bound-schema.js';
import { AnswerCache } from '../cache/answer-cache.js';
import { Flights } from '../cache/flights.js';
import type { TrustedOperation } from '../flat/trusted-operation.js';
import { KnownDocuments } from '../graphql/known-documents.js';
import type { Artifacts } from './artifacts.js';

/** A generation as the API answers from it; what was planned for one never meets another. */
export class LoadedGeneration {
  readonly generation: string;
  readonly publishedAt: Date;
  readonly planner: Planner;
  readonly documents = new KnownDocuments();
  /** What `GET /q` answers, by name. */
  readonly operations: ReadonlyMap<string, TrustedOperation>;
  /** Files of fragments whose JSON is to be kept ready. */
  readonly documentSources: readonly SdlSource[];
  /** Equal requests may share one statement and its answer. */
  readonly keepsAnswers: boolean;
  readonly answers: AnswerCache;
  /** Statements that are running, by plan and values: their data, undefined where the pointer had moved. */
  readonly flights = new Flights<string | undefined>();
  readonly #statements = new WeakMap<Plan, Statement>();
  readonly #bound: BoundSchema;
  readonly #nodes: ReadonlyMap<string, string>;

  constructor(
    artifacts: Pick<Artifacts, 'generation' | 'publishedAt' | 'catalog'>,
    bound: BoundSchema,
    planner: Planner,
    options: {
      readonly cacheBytes: number;
      readonly operations: ReadonlyMap<string, TrustedOperation>;
      readonly documents?: readonly SdlSource[];
    },
  ) {
    this.keepsAnswers = options.cacheBytes > 0;
    this.answers = new AnswerCache(options.cacheBytes);
    this.#bound = bound;
    this.#nodes = new Map(artifacts.catalog.relations.map(({ model, nodeId }) => [model, nodeId]));
    this.generation = artifacts.generation;
    this.publishedAt = artifacts.publishedAt;
    this.planner = planner;
    this.operations = options.operations;
    this.documentSources = options.documents ?? [];
  }

  get schema(): GraphQLSchema {
    return this.planner.schema;
  }

  /** Answers from these tables where a request asks for just what they hold. */
  serve(documents: readonly ServedDocument[]): void {
    this.planner.serve(documents);
  }

  /** What a field of Subscription is bound to. */
  subscriptionField(name: string): BoundField | undefined {
    const fields = this.#bound.types['Subscription']?.fields ?? {};
    return Object.hasOwn(fields, name) ? fields[name] : undefined;
  }

  /** A root field whose rows can be read one after another: an aggregate's groups come as a whole. */
  hasRows(name: string): boolean {
    const fields = this.#bound.types['Query']?.fields ?? {};
    const kind = Object.hasOwn(fields, name) ? fields[name]?.kind : undefined;
    return kind === 'many' || kind === 'metrics';
  }

  /** The relation of a model, quoted; undefined where the generation has none of the name. */
  relation(model: string): string | undefined {
    return this.#bound.relations[model]?.from;
  }

  /** dbt's unique id of a model. */
  nodeOf(model: string): string | undefined {
    return this.#nodes.get(model);
  }

  statementOf(plan: Plan): Statement {
    let statement = this.#statements.get(plan);
    if (statement === undefined) {
      statement = new Statement(plan.text);
      this.#statements.set(plan, statement);
    }
    return statement;
  }

  /**
   * What a statement's text becomes: itself, or a result with errors where it holds what GraphQL has no value for
   * (NaN, a null where none may be), completed by graphql-js.
   */
  complete(
    request: { readonly document: DocumentNode; readonly operationName: string | undefined },
    planned: PlannedStatement,
    data: string,
  ): string | ExecutionResult {
    if (!isSuspect(planned.plan, data)) return data;
    return completeSuspect(this.#bound, this.schema, { ...request, variables: planned.variables }, data);
  }
}
