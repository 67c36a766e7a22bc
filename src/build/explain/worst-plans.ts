import { ThauError } from '../../errors/thau-error.js';
import type { Database } from '../../postgres/database.js';

/** The part of a model's plan that costs most by itself, by PostgreSQL's estimate. */
export interface PlanSummary {
  readonly nodeId: string;
  readonly name: string;
  readonly seconds: number;
  /** Estimated total cost, in the planner's units. */
  readonly cost?: number;
  /** Milliseconds it took now, where it was executed. */
  readonly took?: number;
  /** The costliest steps, each without what is below it. */
  readonly steps?: readonly PlanStep[];
  /** Why there is no plan: the relations are gone, or the role may not read them. */
  readonly problem?: string;
}

export interface PlanStep {
  /** `Seq Scan on orders`, `Hash Join`. */
  readonly what: string;
  readonly condition?: string;
  /** Share of the whole plan's cost, or of its time where it was executed; 0 to 1. */
  readonly share: number;
  /** Estimated. */
  readonly rows: number;
  /** Counted, where it was executed. */
  readonly actualRows?: number;
}

interface RawPlan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'CTE Name'?: string;
  readonly 'Total Cost': number;
  readonly 'Plan Rows': number;
  readonly 'Actual Total Time'?: number;
  readonly 'Actual Rows'?: number;
  readonly 'Actual Loops'?: number;
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
 * PostgreSQL's plan of each model's SQL as the run had it, on the data and statistics of now, in a transaction that only
 * reads. Estimates; with `analyze` the select is executed, and times and rows are counted.
 */
export async function worstPlans(
  database: Database,
  models: readonly SlowModel[],
  analyze: boolean,
): Promise<PlanSummary[]> {
  const found: PlanSummary[] = [];
  for (const { sql, ...model } of models) {
    try {
      const plan = await database.transaction(
        async (tx) => {
          const { rows } = await tx.query<{ 'QUERY PLAN': readonly { readonly Plan: RawPlan }[] }>(
            `explain (format json${analyze ? ', analyze, timing' : ''}) ${sql}`,
          );
          return rows[0]?.['QUERY PLAN'][0]?.Plan;
        },
        { readOnly: true },
      );
      if (!plan) continue;
      const took = plan['Actual Total Time'];
      found.push({
        ...model,
        cost: plan['Total Cost'],
        ...(took !== undefined && { took }),
        steps: costliest(plan),
      });
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
    all.push({ step, own: Math.max(0, spent(step) - below.reduce((sum, one) => sum + spent(one), 0)) });
    below.forEach(visit);
  };
  visit(plan);
  const total = Math.max(spent(plan), 1e-9);
  return all
    .sort((a, b) => b.own - a.own)
    .slice(0, 3)
    .map(({ step, own }) => {
      const on = step['Relation Name'] ?? step['CTE Name'];
      const condition = conditions.map((key) => step[key]).find((value) => typeof value === 'string');
      const actual = step['Actual Rows'];
      return {
        what: on === undefined ? step['Node Type'] : `${step['Node Type']} on ${on}`,
        ...(condition !== undefined && { condition }),
        share: Math.min(1, own / total),
        rows: step['Plan Rows'],
        ...(actual !== undefined && { actualRows: actual * (step['Actual Loops'] ?? 1) }),
      };
    });
}

/** Of a step with all below it: milliseconds where it was executed, else the planner's cost. */
function spent(step: RawPlan): number {
  const time = step['Actual Total Time'];
  return time === undefined ? step['Total Cost'] : time * (step['Actual Loops'] ?? 1);
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
