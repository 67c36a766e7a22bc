import type { MetricsArtifact } from '../../semantic/bound-metrics.js';
import type { EventWindow } from '../../project/context/event-window.js';
import type { RunFlags } from '../../project/context/render-run.js';
import type { Manifest } from '../../project/manifest.js';
import type { Database } from '../../postgres/database.js';
import type { Catalog, SdlSource } from '../../schema/catalog.js';
import type { Plan } from '../plan/plan.js';
import type { Reporter } from '../report/run-event.js';
import type { DependentsPolicy } from '../views/dependents.js';
import type { PathSettings } from '../versioned/choose-path.js';
import type { Deferral } from './deferral.js';
import type { Renderer } from './renderer.js';
import type { RunScope } from './run-scope.js';

/** What a run is to do, with everything it needs as plain data and one database handle. */
export interface RunOptions {
  readonly database: Database;
  /** thau's own schema, as in `database.state_schema`. */
  readonly stateSchema: string;
  readonly manifest: Manifest;
  readonly renderer: Renderer;
  readonly command: 'build' | 'run' | 'test' | 'seed' | 'snapshot' | 'clone';
  /** unique_ids of the nodes to build and the tests to run. */
  readonly selected: ReadonlySet<string>;
  /** Nodes at a time. */
  readonly threads: number;
  /** Begin nothing new after the first failure. */
  readonly failFast: boolean;
  readonly flags: RunFlags;
  /** Who asked: `manual`, `schedule:<name>`, `start`, `request:<id>`. */
  readonly trigger: string;
  /** The profile's target, for history. */
  readonly target: string;
  /** Selection, vars and flags as given, for history and retry. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly sdl: readonly SdlSource[];
  /**
   * Holds the SDL against what is about to be published; throws to stop the publish. Answers true, or a promise of it,
   * where there was nothing to tell.
   */
  readonly checkSchema?: (sdl: readonly SdlSource[], catalog: Catalog, metrics: MetricsArtifact) => unknown;
  /** Who holds it, and by which settings: by the same, what was found good is so again. */
  readonly schemaChecker?: string;
  /**
   * Holds what is to be built against the server before anything is built. Answers the nodes that cannot be, with their
   * faults; throws when what the run would publish could not be served.
   */
  readonly check?: (scope: RunScope, plan: Plan) => Promise<ReadonlyMap<string, unknown>>;
  readonly reporter: Reporter;
  /** Aborting cancels the run. */
  readonly signal?: AbortSignal;
  /** Milliseconds to wait for another run to end; 0 refuses at once. */
  readonly lockWait?: number;
  /** Milliseconds without a heartbeat after which another run counts as hung. */
  readonly staleAfter?: number;
  /** Milliseconds a statement waits for a lock; what the database handle sets. 0 waits without end. */
  readonly lockTimeout?: number;
  /** Milliseconds one statement may take; 0 is no limit. */
  readonly statementTimeout?: number;
  /** Milliseconds that finished runs stay in the history; 0, or not given, keeps all. */
  readonly keepHistory?: number;
  /**
   * Why everything selected is to be built, whether or not it changed: `was selected`, `full refresh`. Undefined:
   * what is unchanged over unchanged data is carried forward.
   */
  readonly force?: string;
  /** Counters of sources are not trusted while others were just at work: a person expects the row just inserted. */
  readonly distrustRecent?: boolean;
  /** `runs.reconcile`: milliseconds that counters of sources are believed; a day unless given, 0 without end. */
  readonly reconcileAfter?: number;
  /** What becomes of what others built on columns that go; `refuse` unless given. */
  readonly dependents?: DependentsPolicy;
  /** A failed run whose good candidates are taken over instead of being built again. */
  readonly retryOf?: number;
  /** `all` (unless given): publish when everything is good; `healthy`: also what is not downstream of a failure. */
  readonly publish?: 'all' | 'healthy';
  /** `--defer`: what stands for nodes that are neither selected nor built. */
  readonly defer?: Deferral;
  /** Of `clone`: the state whose relations the nodes show; a node that it lacks must not be selected. */
  readonly cloneFrom?: Deferral;
  /** `--event-time-start` and `--event-time-end`: the batches of microbatch models. */
  readonly eventTime?: EventWindow;
  /** The moment that `now` is for batches; the run's own beginning unless given. */
  readonly startedAt?: Date;
  /** How incremental models and snapshots are to be built. */
  readonly paths?: PathSettings;
  /** Generations kept, the current one included. */
  readonly keepGenerations?: number;
}
