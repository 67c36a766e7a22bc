import type { FreshnessResult } from './check-freshness.js';

export interface SourcesArtifactOptions {
  readonly invocationId: string;
  readonly generatedAt: Date;
  /** Seconds. */
  readonly elapsed: number;
  /** The version that wrote it. */
  readonly thauVersion: string;
}

/** dbt's `sources.json`, v3: https://schemas.getdbt.com/dbt/sources/v3.json */
export function sourcesArtifact(
  results: readonly FreshnessResult[],
  options: SourcesArtifactOptions,
): Record<string, unknown> {
  return {
    metadata: {
      dbt_schema_version: 'https://schemas.getdbt.com/dbt/sources/v3.json',
      dbt_version: `thau ${options.thauVersion}`,
      generated_at: options.generatedAt.toISOString(),
      invocation_id: options.invocationId,
      invocation_started_at: null,
      env: {},
    },
    results: results.map(toEntry),
    elapsed_time: options.elapsed,
  };
}

/** dbt's word for "never": the newest row of a source without rows. */
const never = new Date('0001-01-01T00:00:00Z');

function toEntry(result: FreshnessResult): Record<string, unknown> {
  const { source, criteria, snapshottedAt } = result;
  if (result.status === 'runtime error' || snapshottedAt === null) {
    const { error } = result;
    return {
      unique_id: source.unique_id,
      error: error instanceof Error ? error.message : String(error),
      status: 'runtime error',
    };
  }
  const newest = result.maxLoadedAt ?? never;
  const completed = new Date(result.startedAt.getTime() + result.seconds * 1000);
  return {
    unique_id: source.unique_id,
    max_loaded_at: newest.toISOString(),
    snapshotted_at: snapshottedAt.toISOString(),
    max_loaded_at_time_ago_in_s: result.age ?? (snapshottedAt.getTime() - newest.getTime()) / 1000,
    status: result.status,
    criteria: {
      warn_after: criteria?.warn_after ?? { count: null, period: null },
      error_after: criteria?.error_after ?? { count: null, period: null },
      filter: criteria?.filter ?? null,
    },
    adapter_response: {},
    timing: [
      {
        name: 'execute',
        started_at: result.startedAt.toISOString(),
        completed_at: completed.toISOString(),
      },
    ],
    thread_id: 'Thread-1',
    execution_time: result.seconds,
  };
}
