import { setTimeout as pause } from 'node:timers/promises';
import { errorToJson } from '../../errors/format.js';
import type { Database } from '../../postgres/database.js';
import type { ManifestNode } from '../../project/manifest.js';
import type { BatchReport } from '../microbatch/batch-report.js';
import type { NodeResult } from '../report/node-result.js';

/**
 * Writes a run's progress as rows while it goes on, without holding it up: what happened since the last write
 * goes in one statement, which does not wait for the disk: the run's own row is written last and waits for all
 * before it. A failed write is tried again with the next; `flush` must succeed.
 */
export class RunRecorder {
  private waiting: Row[] = [];
  private writing: Promise<void> = Promise.resolve();
  private scheduled = false;
  private waitsFor: ReadonlyMap<string, ReadonlySet<string>> = new Map();

  constructor(
    private readonly database: Database,
    private readonly state: string,
    private readonly runId: number,
  ) {}

  /** What each node waits for, told with its row. */
  ordered(waitsFor: ReadonlyMap<string, ReadonlySet<string>>): void {
    this.waitsFor = waitsFor;
  }

  started(node: ManifestNode, at: Date): void {
    this.add({
      ...unknown,
      waited_for: this.waitedFor(node.unique_id),
      node_id: node.unique_id,
      resource_type: node.resource_type,
      name: node.name,
      status: 'running',
      started_at: at.toISOString(),
    });
  }

  finished(result: NodeResult): void {
    this.add({
      node_id: result.nodeId,
      resource_type: result.resourceType,
      name: result.name,
      status: result.status,
      relation: result.relation,
      started_at: result.startedAt?.toISOString() ?? null,
      finished_at: result.finishedAt?.toISOString() ?? null,
      seconds: result.seconds,
      rows_affected: result.rows,
      failures: result.failures,
      message: result.message,
      error: result.error === undefined ? null : errorToJson(result.error),
      waited_for: this.waitedFor(result.nodeId),
      // a test's SQL stands in the artifacts; a model's plan is what one asks for
      fingerprint: result.fingerprint ?? null,
      data_version: result.dataVersion ?? null,
      compiled_code: result.resourceType === 'test' ? null : (result.compiledCode ?? null),
      batches: result.batches ?? null,
    });
  }

  private waitedFor(nodeId: string): readonly string[] {
    return [...(this.waitsFor.get(nodeId) ?? [])].sort();
  }

  /** Returns when all is written. */
  async flush(): Promise<void> {
    await this.writing;
    await this.write();
  }

  private add(row: Row): void {
    this.waiting.push(row);
    if (this.scheduled) return;
    this.scheduled = true;
    // a moment later, so that what happens together goes together
    this.writing = this.writing
      .then(() => pause(50))
      .then(() => this.write())
      .catch(() => undefined);
  }

  private async write(): Promise<void> {
    this.scheduled = false;
    const taken = this.waiting;
    if (taken.length === 0) return;
    this.waiting = [];
    // the last word about a node is what counts, and one statement may touch a row once only
    const rows = [...new Map(taken.map((row) => [row.node_id, row])).values()];
    try {
      await this.database.query(
        `with written as (
         insert into ${this.state}.run_nodes
             (run_id, node_id, resource_type, name, status, relation, started_at, finished_at, seconds,
              rows_affected, failures, message, error, waited_for, compiled_code,
              fingerprint, data_version, batches)
         select $1::bigint, r.*
         from (select set_config('synchronous_commit', 'off', true)) as hurried,
             jsonb_to_recordset($2::jsonb) as r (
             node_id text, resource_type text, name text, status text, relation text, started_at timestamptz,
             finished_at timestamptz, seconds double precision, rows_affected bigint, failures bigint,
             message text, error jsonb, waited_for text[], compiled_code text,
             fingerprint text, data_version text, batches jsonb)
         on conflict (run_id, node_id) do update set
             status = excluded.status, relation = excluded.relation, started_at = excluded.started_at,
             finished_at = excluded.finished_at, seconds = excluded.seconds,
             rows_affected = excluded.rows_affected, failures = excluded.failures, message = excluded.message,
             error = excluded.error, waited_for = excluded.waited_for, compiled_code = excluded.compiled_code,
             fingerprint = excluded.fingerprint, data_version = excluded.data_version,
             batches = excluded.batches)
         select pg_notify('thau_run', $1::bigint::text)`,
        [this.runId, JSON.stringify(rows)],
      );
    } catch (error) {
      this.waiting = [...taken, ...this.waiting];
      throw error;
    }
  }
}

interface Row {
  readonly node_id: string;
  readonly resource_type: string;
  readonly name: string;
  readonly status: string;
  readonly relation: string | null;
  readonly started_at: string | null;
  readonly finished_at: string | null;
  readonly seconds: number | null;
  readonly rows_affected: number | null;
  readonly failures: number | null;
  readonly message: string | null;
  readonly error: Record<string, unknown> | null;
  readonly waited_for: readonly string[];
  readonly compiled_code: string | null;
  readonly fingerprint: string | null;
  readonly data_version: string | null;
  readonly batches: BatchReport | null;
}

const unknown = {
  relation: null,
  finished_at: null,
  seconds: null,
  rows_affected: null,
  failures: null,
  message: null,
  error: null,
  compiled_code: null,
  fingerprint: null,
  data_version: null,
  batches: null,
} as const;
