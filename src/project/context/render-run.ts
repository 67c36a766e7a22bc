import type { ManifestNode } from '../manifest.js';
import type { UnitTestOverrides } from '../unit-tests/unit-test.js';
import type { DatabaseAdapter, RelationName } from './database-adapter.js';
import type { EventWindow } from './event-window.js';

/** What a render at run time needs besides the project: the database, and which relation stands for which node. */
export interface RunContext {
  readonly adapter: DatabaseAdapter;
  /** What `ref()` and `source()` render for a node: the candidate if this run builds it, else the mapped relation. */
  readonly relationOf: (uniqueId: string) => RelationName;
  /** What `this` is: the current relation in a model's SQL, the candidate in hooks, tests and custom materialisations. */
  readonly thisRelation: RelationName | null;
  readonly flags: RunFlags;
  readonly invocationId: string;
  readonly runStartedAt: Date;
  /** Of a microbatch model: the batch that is rendered. */
  readonly batch?: Batch;
  /** `schemas` of on-run-end, `results` of on-run-end. */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Set while a unit test runs its model. */
  readonly unitTest?: UnitTestNames;
}

/** What a unit test puts in the place of relations, macros and variables. */
export interface UnitTestNames {
  readonly name: string;
  /** The CTE with the rows given for a node or source, by unique_id. */
  readonly ctes: ReadonlyMap<string, string>;
  /** The CTE that `this` is; null where no earlier rows are given. */
  readonly self: string | null;
  readonly overrides: UnitTestOverrides | null;
}

/** What a template reads as `model.batch`. */
export interface Batch extends EventWindow {
  readonly id: string;
}

/** dbt's `flags` as far as templates read them. */
export interface RunFlags {
  readonly FULL_REFRESH: boolean;
  readonly STORE_FAILURES: boolean;
  readonly WHICH: string;
  readonly EMPTY: boolean;
  /** `--sample`: models read what lies in this window of event time. */
  readonly SAMPLE?: EventWindow;
  readonly [flag: string]: unknown;
}

/** A node's template as SQL. */
export interface CompiledNode {
  readonly node: ManifestNode;
  /** The SQL with ephemeral parents injected as CTEs. */
  readonly compiledCode: string;
  /** unique_ids of the ephemeral models injected, in order. */
  readonly extraCtes: readonly string[];
  /** Whether rendering asked the database (run_query, statement, adapter.get_*). */
  readonly queried: boolean;
  /** Whether the template read `invocation_id`, `run_started_at` or the clock. */
  readonly volatile: boolean;
}
