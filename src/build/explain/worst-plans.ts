import { ThauError } from '../../errors/thau-error.js';
import type { Database } from '../../postgres/database.js';

/** The part of a model's plan that costs most by itself, by PostgreSQL's estimate. */
export interface PlanSummary {
  readonly nodeId: string;
  readonly name: string;
  readonly seconds: number;
  /** Estimated total cost, in the planner's units. */
  readonly cost?: number;
  /** The costliest steps, each without what is below it. */
  readonly steps?: readonly PlanStep[];
  /** Why there is no plan: the relations are gone, or the role may not read them. */
  readonly problem?: string;
}

export interface PlanStep {
  /** `Seq Scan on orders`, `Hash Join`. */
  readonly what: string;
  readonly condition?: string;
  /** Share of the whole plan's cost, 0 to 1. */
  readonly share: number;
  readonly rows: number;
}

interface RawPlan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'CTE Name'?: string;
  readonly 'Total Cost': number;
  readonly 'Plan Rows': number;
  readonly Plans?: readonly RawPlan[];
  readonly [key: string]: unknown;
}

export interface SlowModel {
  readonly nodeId: string;
  readonly name: string;
  readonly seconds: number;
  readonly sql: string;
}

/**
 * PostgreSQL's plan of each model's SQL as the run had it, planned anew and not executed, in a transaction that only
 * reads. Estimates, on the data and statistics of now.
 */
export async function worstPlans(database: Database, models: readonly SlowModel[]): Promise<PlanSummary[]> {
  const found: PlanSummary[] = [];
  for (const { sql, ...model } of models) {
    try {
      const plan = await database.transaction(
        async (tx) => {
          const { rows } = await tx.query<{ 'QUERY PLAN': readonly { readonly Plan: RawPlan }[] }>(
            `explain (format json) ${sql}`,
          );
          return rows[0]?.['QUERY PLAN'][0]?.Plan;
        },
        { readOnly: true },
      );
      if (plan) found.push({ ...model, cost: plan['Total Cost'], steps: costliest(plan) });
    } catch (error) {
      if (!(error instanceof ThauError)) throw error;
      found.push({ ...model, problem: error.message });
    }
  }
  return found;
}

function costliest(plan: RawPlan): PlanStep[] {
  const all: { step: RawPlan; own: number }[] = [];
  const visit = (step: RawPlan): void => {
    const below = step.Plans ?? [];
    all.push({
      step,
      own: Math.max(0, step['Total Cost'] - below.reduce((sum, one) => sum + one['Total Cost'], 0)),
    });
    below.forEach(visit);
  };
  visit(plan);
  const total = Math.max(plan['Total Cost'], 1e-9);
  return all
    .sort((a, b) => b.own - a.own)
    .slice(0, 3)
    .map(({ step, own }) => {
      const on = step['Relation Name'] ?? step['CTE Name'];
      const condition = conditions.map((key) => step[key]).find((value) => typeof value === 'string');
      return {
        what: on === undefined ? step['Node Type'] : `${step['Node Type']} on ${on}`,
        ...(condition !== undefined && { condition }),
        share: Math.min(1, own / total),
        rows: step['Plan Rows'],
      };
    });
}

const conditions = [
  'Hash Cond',
  'Merge Cond',
  'Join Filter',
  'Index Cond',
  'Recheck Cond',
  'Filter',
  'Sort Key',
] as const;
