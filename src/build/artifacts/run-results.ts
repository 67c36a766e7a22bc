import type { NodeResult } from '../report/node-result.js';
import type { RunSummary } from '../report/run-event.js';

export interface RunResultsOptions {
  readonly invocationId: string;
  readonly generatedAt: Date;
  /** The version that wrote it. */
  readonly thauVersion: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** dbt's `run_results.json`, v6: https://schemas.getdbt.com/dbt/run-results/v6.json */
export function runResults(summary: RunSummary, options: RunResultsOptions): Record<string, unknown> {
  return {
    metadata: {
      dbt_schema_version: 'https://schemas.getdbt.com/dbt/run-results/v6.json',
      dbt_version: `thau ${options.thauVersion}`,
      generated_at: options.generatedAt.toISOString(),
      invocation_id: options.invocationId,
      invocation_started_at: null,
      env: {},
    },
    results: summary.results.map(resultArtifact),
    elapsed_time: summary.seconds,
    args: options.args,
  };
}

/** One result, in the artifact and in `results` of `on-run-end`. */
export function resultArtifact(result: NodeResult): Record<string, unknown> {
  const timing =
    result.startedAt && result.finishedAt
      ? [
          {
            name: 'execute',
            started_at: result.startedAt.toISOString(),
            completed_at: result.finishedAt.toISOString(),
          },
        ]
      : [];
  return {
    status: dbtStatuses[result.status],
    timing,
    thread_id: 'Thread-1',
    execution_time: result.seconds ?? 0,
    adapter_response:
      result.message === null || result.status !== 'success'
        ? {}
        : { _message: result.message, ...(result.rows !== null && { rows_affected: result.rows }) },
    message: result.message,
    failures: result.failures,
    unique_id: result.nodeId,
    compiled: result.compiledCode === undefined ? null : true,
    compiled_code: result.compiledCode ?? null,
    relation_name: result.relation,
    batch_results: result.batches
      ? { successful: result.batches.successful, failed: result.batches.failed }
      : null,
  };
}

/** dbt has no word for carried forward or cancelled. */
export const dbtStatuses: Readonly<Record<NodeResult['status'], string>> = {
  success: 'success',
  'partial success': 'partial success',
  carried: 'success',
  pass: 'pass',
  warn: 'warn',
  fail: 'fail',
  error: 'error',
  skipped: 'skipped',
  cancelled: 'skipped',
};
