import { parse, validate, type ExecutionResult, type GraphQLSchema } from 'graphql';
import pg from 'pg';
import { completeSuspect, isSuspect } from '../../src/query/complete-suspect.js';
import { Planner, type PlanRequest } from '../../src/query/planner.js';
import type { PlannerSettings } from '../../src/query/planner-settings.js';
import type { BoundSchema } from '../../src/schema/bound-schema.js';

/** Plans and runs requests as the API does, and counts the statements. */
export class Asker {
  readonly planner: Planner;
  readonly #client: pg.Client;
  statements: string[] = [];

  private constructor(
    readonly bound: BoundSchema,
    client: pg.Client,
    settings: Partial<PlannerSettings>,
  ) {
    this.#client = client;
    this.planner = new Planner(bound, '7', settings);
  }

  static async connect(
    bound: BoundSchema,
    url: string,
    settings: Partial<PlannerSettings> = {},
  ): Promise<Asker> {
    const client = new pg.Client({ connectionString: url, options: '-c TimeZone=UTC -c jit=off' });
    await client.connect();
    return new Asker(bound, client, settings);
  }

  get schema(): GraphQLSchema {
    return this.planner.schema;
  }

  async ask(
    query: string,
    variables: Record<string, unknown> = {},
    more: Omit<PlanRequest, 'document' | 'variables'> = {},
  ): Promise<ExecutionResult> {
    const document = parse(query);
    const invalid = validate(this.schema, document);
    if (invalid.length > 0) return { errors: invalid };
    return this.run({ document, variables, ...more });
  }

  async run(request: PlanRequest): Promise<ExecutionResult> {
    const planned = this.planner.plan(request);
    if (planned.kind === 'errors') return { errors: planned.errors };
    if (planned.kind === 'answer') return { data: JSON.parse(planned.data) as Record<string, unknown> };
    if (planned.kind === 'operation') throw new Error('not a query');
    const { plan, values } = planned;
    this.statements.push(plan.text);
    const { rows } = await this.#client.query<{ generation: string; data: string | null }>({
      text: plan.text,
      values: [...values],
    });
    const middle = rows[0]?.data;
    if (middle === null || middle === undefined) throw new Error('the pointer moved');
    const data = `${plan.head}${middle}${plan.tail}`;
    if (isSuspect(plan, data)) return completeSuspect(this.bound, this.schema, request, data);
    return { data: JSON.parse(data) as Record<string, unknown> };
  }

  async end(): Promise<void> {
    await this.#client.end();
  }
}
