import type { ResourceType } from '../../project/manifest.js';

import type { BatchReport } from '../microbatch/batch-report.js';

/**
 * How a node ended. `fail` and `warn` are tests'; `error` is PostgreSQL's or thau's refusal; `partial success` is a
 * microbatch model's of which some batches failed.
 */
export type NodeStatus =
  'success' | 'partial success' | 'carried' | 'pass' | 'warn' | 'fail' | 'error' | 'skipped' | 'cancelled';

export interface NodeResult {
  readonly nodeId: string;
  readonly resourceType: ResourceType;
  readonly name: string;
  readonly status: NodeStatus;
  /** `schema.name` of what was built or tested. */
  readonly relation: string | null;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly seconds: number | null;
  readonly rows: number | null;
  /** Of a test: the failing rows. */
  readonly failures: number | null;
  /** dbt's message: a command tag, or why. */
  readonly message: string | null;
  /** A ThauError mostly. */
  readonly error?: unknown;
  /** The SQL that ran. */
  readonly compiledCode?: string;
  readonly materialized?: string;
  /** What the node was, and what it read: by these a later run knows whether it may be kept. */
  readonly fingerprint?: string;
  readonly dataVersion?: string;
  /** Of a microbatch model. */
  readonly batches?: BatchReport;
}

/** Whether a node is run to see whether something holds. */
export function isTest(type: ResourceType): boolean {
  return type === 'test' || type === 'unit_test';
}

/** Whether what waits for this node may go on, and the run may publish. */
export function isGood(status: NodeStatus): boolean {
  return status === 'success' || status === 'carried' || status === 'pass' || status === 'warn';
}
