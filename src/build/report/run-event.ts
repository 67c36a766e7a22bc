import type { NodeResult } from './node-result.js';

/** How a run ended, as `runs.state` has it. */
export type RunState = 'published' | 'succeeded' | 'failed' | 'cancelled' | 'superseded';

export interface RunSummary {
  readonly runId: number;
  readonly command: string;
  readonly state: RunState;
  /** What was published. */
  readonly generation: number | null;
  readonly seconds: number;
  readonly results: readonly NodeResult[];
  /** What stopped the run itself, beside its nodes. */
  readonly error?: unknown;
  /** Nodes that show an earlier state than their inputs now. */
  readonly stale: readonly string[];
  /** Why what was built holds less than all: `empty`, or the window of `--sample`. */
  readonly sampled?: string;
  /** Stable views that could not be switched in time. */
  readonly laggingViews: readonly string[];
}

/** What happens in a run, in order; renderers in src/cli make lines, a progress display or JSON of it. */
export type RunEvent =
  | {
      readonly type: 'run_started';
      readonly at: Date;
      readonly runId: number;
      readonly command: string;
      readonly total: number;
      readonly threads: number;
      readonly target: string;
    }
  | { readonly type: 'run_took_over'; readonly at: Date; readonly runs: readonly number[] }
  | {
      readonly type: 'node_started';
      readonly at: Date;
      readonly nodeId: string;
      readonly name: string;
      readonly index: number;
      readonly total: number;
    }
  | {
      readonly type: 'node_finished';
      readonly at: Date;
      readonly result: NodeResult;
      readonly index: number;
      readonly total: number;
    }
  | {
      readonly type: 'batch_finished';
      readonly at: Date;
      readonly nodeId: string;
      readonly name: string;
      /** dbt's name of it: `2026-01-31`. */
      readonly batch: string;
      readonly status: 'success' | 'error';
      readonly index: number;
      readonly total: number;
      readonly rows: number | null;
      readonly seconds: number;
    }
  | {
      readonly type: 'log';
      readonly at: Date;
      readonly message: string;
      readonly toConsole: boolean;
      /** By print(). */
      readonly printed?: boolean;
    }
  | { readonly type: 'publishing'; readonly at: Date; readonly nodes: number }
  | {
      readonly type: 'published';
      readonly at: Date;
      readonly generation: number;
      /** From the last candidate on: catalog, lineage, schema check, stable views, the flip. */
      readonly seconds: number;
      /** Of these, making the stable views ready to switch. */
      readonly viewSeconds: number;
      /** Of these, the publishing transaction. */
      readonly flipSeconds: number;
    }
  | { readonly type: 'run_finished'; readonly at: Date; readonly summary: RunSummary };

/** Told of everything as it happens; must not throw and must not wait. */
export type Reporter = (event: RunEvent) => void;
