import { createHash } from 'node:crypto';
import {
  Kind,
  type FragmentDefinitionNode,
  GraphQLError,
  OperationTypeNode,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import type { BoundSchema } from '../schema/bound-schema.js';
import { executableSchema } from '../schema/executable-schema.js';
import { quoteName } from '../schema/names.js';
import type { Inputs, Reader } from './arguments.js';
import { collect, type Selected } from './collect.js';
import type { EmitContext } from './emit-context.js';
import { emitMetrics } from './emit-metrics.js';
import { jsonObject } from './emit-object.js';
import { emitRowStream } from './emit-row-stream.js';
import { emitRootField, emitRow } from './emit-selection.js';
import { answerIntrospection, isIntrospection } from './introspection.js';
import { LruMap } from './lru-map.js';
import { operationFacts, type OperationFacts } from './operation-facts.js';
import { defaultPlannerSettings, type PlannerSettings } from './planner-settings.js';
import { unknownOperation } from './request-error.js';
import { LiteralBuilder } from './literal-builder.js';
import type { Role } from './role.js';
import { compileRule, type CompiledRule } from './segment-rule.js';
import { columnSql, rowsOf, whereSql } from './rows.js';
import { selectionsText, type ServedDocument } from './served-document.js';
import { StatementBuilder } from './statement-builder.js';
import { variableReader } from './variable-values.js';
import { concatenation, fixedEnds, sql, text, type Part } from './text-parts.js';

/** One request, validated by GraphQL's rules. */
export interface PlanRequest {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  /** As the client sent them. */
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  readonly role?: Role | undefined;
  /** What row filters read of the caller. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
}

/** What a subscription is told of. */
export interface PlannedEvent {
  /** The key of a row, for a field that tells of one after another. */
  readonly key?: readonly string[];
  /** A model's relation in the generation before, for a field that tells what a publish brought. */
  readonly before?: (model: string) => string | undefined;
}

/** A statement with the values of this request. */
export interface PlannedStatement {
  readonly kind: 'statement';
  readonly plan: Plan;
  /** $1 is the generation. */
  readonly values: readonly unknown[];
  /** Coerced. */
  readonly variables: Readonly<Record<string, unknown>>;
}

export type Planned =
  | PlannedStatement
  /** Nothing is asked of the database: the data as JSON. */
  | { readonly kind: 'answer'; readonly data: string }
  /** The request is at fault. `variables` and `operation` faults are 400 by GraphQL over HTTP. */
  | {
      readonly kind: 'errors';
      readonly errors: readonly GraphQLError[];
      readonly of: 'variables' | 'operation' | 'request';
    }
  /** A mutation or subscription, which the API carries out itself. */
  | {
      readonly kind: 'operation';
      readonly facts: OperationFacts;
      readonly variables: Readonly<Record<string, unknown>>;
    };

/** What serves every request of one document, one role and one structure of variables. */
export interface Plan {
  /** Two columns: `generation` (the pointer's) and `data`, which is null when the pointer has moved from $1. */
  readonly text: string;
  /** The answer is `head`, `data`, `tail`: what is fixed at its ends is not copied by PostgreSQL and sent each time. */
  readonly head: string;
  readonly tail: string;
  /** What tells its answers from those of other plans: a hash of the whole. */
  readonly name: string;
  readonly readers: readonly Reader[];
  /** Only a publish changes its answer, so it may be cached by generation. */
  readonly published: boolean;
  /** Models that are read. */
  readonly models: readonly string[];
  /** An answer whose text holds one of these may break GraphQL's rules: see `completeSuspect`. */
  readonly needles: readonly string[];
  /** Fields of unmasked personal data: then the text holds subjects, see `takeSubjects`. Empty unless record is kept. */
  readonly pii: readonly string[];
}

/** What fills a table with the JSON of a fragment. */
export interface DocumentPlan {
  readonly type: string;
  readonly selection: string;
  readonly key: readonly { readonly column: string; readonly type: string }[];
  /** The key's columns and the JSON of each row. */
  readonly select: string;
  readonly values: readonly unknown[];
  readonly needles: readonly string[];
}

/** Plans requests over one generation. Plans are kept per document, role and structure of the variables. */
export class Planner {
  readonly schema: GraphQLSchema;
  readonly #bound: BoundSchema;
  readonly #generation: string;
  readonly #settings: PlannerSettings;
  readonly #facts = new WeakMap<DocumentNode, Map<string, KnownOperation>>();
  #plans: LruMap<Plan>;
  #documents: readonly ServedDocument[] = [];

  /** `generation` is the one whose relations `bound` names. */
  constructor(bound: BoundSchema, generation: string, settings: Partial<PlannerSettings> = {}) {
    this.#bound = bound;
    this.#generation = generation;
    this.#settings = { ...defaultPlannerSettings, ...settings };
    this.schema = executableSchema(bound);
    this.#plans = new LruMap(this.#settings.cachedPlans);
  }

  /** Documents that stand ready from now on; what was planned before is planned anew. */
  serve(documents: readonly ServedDocument[]): void {
    this.#documents = documents;
    this.#plans = new LruMap(this.#settings.cachedPlans);
  }

  /** How to fill the table of a fragment; undefined where its rows may not be stored, as they change without a publish. */
  document(fragment: FragmentDefinitionNode): DocumentPlan | undefined {
    const type = this.#bound.types[fragment.typeCondition.name.value];
    const selection = selectionsText(fragment.selectionSet.selections, type?.name ?? '', {}, 0);
    if (type?.kind !== 'object' || selection === undefined || /[$@]/.test(selection)) return undefined;
    const field = {
      kind: Kind.FIELD,
      name: { kind: Kind.NAME, value: 'row' },
      selectionSet: fragment.selectionSet,
    } as const;
    const builder = new StatementBuilder(this.#bound.timezone, this.#settings.jsonScalar, 0);
    const inputs: Inputs = { variables: {}, claims: {} };
    const made = this.#context(builder, inputs, {}, undefined, undefined, []);
    const context = { ...made, settings: { ...made.settings, auditSubject: undefined } };
    const { row, from, where } = rowsOf(context, type.name, undefined, []);
    const body = concatenation(emitRow(context, type.name, [field], row));
    if (!builder.published) return undefined;
    const key = type.key.map((column) => ({ column, type: row.relation.columns[column]?.type ?? 'text' }));
    return {
      type: type.name,
      selection,
      key,
      select: `select ${key.map(({ column }) => columnSql(row.alias, column)).join(',')},${body} from ${from}${whereSql(where)}`,
      values: builder.readers.map((read) => read(inputs)),
      needles: [...builder.needles],
    };
  }

  /** Never throws for what a request can hold: faults are `errors`. `event` makes a subscription's operation a statement. */
  plan(request: PlanRequest, event?: PlannedEvent): Planned {
    return this.#planned(request, event, (known, inputs, variables) => {
      const key = `${request.role?.key ?? ''}|${known.facts.signature(variables)}`;
      const cacheKey = `${known.id}|${key}`;
      // a relation of the generation before stands in one plan alone
      const kept = event?.before === undefined;
      const plan = kept ? this.#plans.get(cacheKey) : undefined;
      if (plan !== undefined) return plan;
      const made = this.#make(known.facts, inputs, request.role, event);
      if (kept && !('data' in made)) this.#plans.set(cacheKey, made);
      return made;
    });
  }

  /**
   * The rows of a query's one root field instead of its answer: a statement of one column, the JSON of each row in the
   * answer's order. It does not look at the pointer ($1 is not in it), and pages of it may be of any size.
   */
  rows(request: PlanRequest): Planned {
    return this.#planned(request, undefined, ({ facts }, inputs) => {
      const builder = new StatementBuilder(this.#bound.timezone, this.#settings.jsonScalar, 0);
      const context = this.#context(builder, inputs, facts.fragments, request.role, undefined, []);
      return planOf(builder, emitRowStream(context, rootFields(context, facts)[0]));
    });
  }

  /** A segment's rule as its author may see customers; throws GraphQLErrors for what is wrong with it. */
  rule(rule: unknown, { role, claims = {} }: Pick<PlanRequest, 'role' | 'claims'>): CompiledRule {
    const inputs: Inputs = { variables: {}, claims };
    const builder = new LiteralBuilder(this.#bound.timezone, inputs);
    return compileRule(this.#context(builder, inputs, {}, role, undefined, []), rule);
  }

  #planned(
    request: PlanRequest,
    event: PlannedEvent | undefined,
    make: (
      known: KnownOperation,
      inputs: Inputs,
      variables: Readonly<Record<string, unknown>>,
    ) => Plan | { readonly data: string },
  ): Planned {
    const known = this.#known(request.document, request.operationName);
    if (known === undefined) {
      return { kind: 'errors', of: 'operation', errors: [unknownOperation(request.operationName)] };
    }
    const { facts } = known;
    const { coerced: variables, errors } = known.read(request.variables ?? {});
    if (errors) return { kind: 'errors', of: 'variables', errors: errors.map(badInput) };
    const isEvent = event !== undefined && facts.operation.operation === OperationTypeNode.SUBSCRIPTION;
    if (facts.operation.operation !== OperationTypeNode.QUERY && !isEvent) {
      return { kind: 'operation', facts, variables };
    }
    const inputs: Inputs = {
      variables,
      claims: request.claims ?? {},
      ...(event?.key && { event: event.key }),
    };
    try {
      const plan = make(known, inputs, variables);
      if ('data' in plan) return { kind: 'answer', data: plan.data };
      const values: unknown[] = [this.#generation];
      for (const read of plan.readers) values.push(read(inputs));
      return { kind: 'statement', plan, values, variables };
    } catch (error) {
      if (error instanceof GraphQLError) return { kind: 'errors', of: 'request', errors: [error] };
      throw error;
    }
  }

  #known(document: DocumentNode, operationName: string | null | undefined): KnownOperation | undefined {
    let operations = this.#facts.get(document);
    operations ??= new Map<string, KnownOperation>();
    this.#facts.set(document, operations);
    const name = operationName ?? '';
    let known = operations.get(name);
    if (known === undefined) {
      const facts = operationFacts(this.schema, document, operationName);
      if (facts === undefined) return undefined;
      const read = variableReader(this.schema, facts.operation.variableDefinitions ?? []);
      known = { id: nextId++, facts, read };
      operations.set(name, known);
    }
    return known;
  }

  #make(
    facts: OperationFacts,
    inputs: Inputs,
    role: Role | undefined,
    event: PlannedEvent | undefined,
  ): Plan | { readonly data: string } {
    const builder = new StatementBuilder(this.#bound.timezone, this.#settings.jsonScalar);
    const context = this.#context(builder, inputs, facts.fragments, role, event, this.#documents);
    const { head, middle, tail } = fixedEnds(this.#root(context, facts));
    if (middle.length === 0) return { data: head };
    const pointer = `${quoteName(this.#bound.stateSchema)}.pointer`;
    return planOf(
      builder,
      `select p.generation::text,case when p.generation=$1::bigint then ${concatenation(middle)} end as data from ${pointer} p`,
      { head, tail },
    );
  }

  #context(
    builder: StatementBuilder,
    inputs: Inputs,
    fragments: OperationFacts['fragments'],
    role: Role | undefined,
    event: PlannedEvent | undefined,
    documents: readonly ServedDocument[],
  ): EmitContext {
    return {
      bound: this.#bound,
      schema: this.schema,
      settings: this.#settings,
      role,
      fragments,
      inputs,
      builder,
      before: event?.before,
      documents,
      depth: 0,
      size: { fields: 0 },
      emitRow,
      emitMetrics,
    };
  }

  #root(context: EmitContext, facts: OperationFacts): readonly Part[] {
    const type = facts.operation.operation === OperationTypeNode.SUBSCRIPTION ? 'Subscription' : 'Query';
    const selected = rootFields(context, facts);
    const isAlone = selected.every(({ name }) => isIntrospection(name) || name === '__typename');
    return jsonObject(
      selected.map((item): readonly [string, readonly Part[]] => {
        if (!isIntrospection(item.name)) return [item.key, emitRootField(context, type, item)];
        const answer: Reader = ({ variables }) =>
          answerIntrospection(this.schema, facts, variables, item.key);
        // beside rows it is a parameter, so that the answer keeps the document's order
        const part = isAlone
          ? text(String(answer(context.inputs)))
          : sql(context.builder.parameter(answer, 'text'));
        return [item.key, [part]];
      }),
    );
  }
}

/** The root's selection set, as if it were a field's. */
function rootFields(context: EmitContext, facts: OperationFacts): readonly Selected[] {
  const root = { ...facts.operation, kind: 'Field', name: { kind: 'Name', value: 'query' } };
  const type = facts.operation.operation === OperationTypeNode.SUBSCRIPTION ? 'Subscription' : 'Query';
  return collect(context, type, [root as never]);
}

function planOf(builder: StatementBuilder, statement: string, { head, tail } = { head: '', tail: '' }): Plan {
  return {
    text: statement,
    head,
    tail,
    name: `q_${createHash('sha256').update(`${statement}\0${head}\0${tail}`).digest('hex').slice(0, 24)}`,
    readers: builder.readers,
    published: builder.published,
    models: [...builder.relations],
    needles: [...builder.needles],
    pii: [...builder.pii],
  };
}

interface KnownOperation {
  /** Tells documents apart without their text. */
  readonly id: number;
  readonly facts: OperationFacts;
  readonly read: ReturnType<typeof variableReader>;
}

const badInput = (error: GraphQLError): GraphQLError =>
  new GraphQLError(error.message, {
    nodes: error.nodes ?? null,
    extensions: { ...error.extensions, code: 'BAD_USER_INPUT' },
  });

let nextId = 1;
