import type { RunLock } from '../../postgres/run-lock.js';
import type { Session } from '../../postgres/session.js';
import { createViews, type PreparedViews } from '../views/prepare-views.js';
import { writeArtifacts, type ArtifactChanges } from './artifact-changes.js';
import type { Generation, MappedNode } from './generation.js';

export interface PublishInput {
  /** thau's own schema, quoted. */
  readonly state: string;
  readonly runId: number;
  /** The run lock: its fencing token is checked within the transaction. */
  readonly lock: Pick<RunLock, 'assertHeld'>;
  /** The whole mapping of the new generation: what was built, and what is carried forward. */
  readonly nodes: readonly MappedNode[];
  /** The generation that most of `nodes` are taken from as they are, if one is. */
  readonly current?: Generation;
  /** What the generation hands the API. */
  readonly artifacts: ArtifactChanges;
  readonly views: PreparedViews;
}

export interface Flip {
  /** Of the transaction. */
  readonly seconds: number;
}

/**
 * The flip: moves the pointer and tells the listeners, in one transaction that fails when another run has the lock by
 * now. Mapping and artifacts are written before it. The run's number is the generation's, so generations only ever grow and the
 * number of a dead run never becomes one.
 */
export async function publish(session: Session, input: PublishInput): Promise<Flip> {
  const { state, runId } = input;
  await writeAhead(session, input);
  const began = performance.now();
  await session.transaction(async (tx) => {
    // as the server has it: what was built before this commit is on the disk when it is (see RunSessions)
    await tx.query('set local synchronous_commit to default');
    await input.lock.assertHeld(tx);
    await tx.query(`insert into ${state}.generations (generation, run_id) values ($1, $1)`, [runId]);
    await createViews(tx, input.views, { state, generation: runId });
    await tx.query(
      `insert into ${state}.pointer (generation) values ($1)
       on conflict (only_row) do update set generation = excluded.generation`,
      [runId],
    );
    await tx.query(`update ${state}.runs set state = 'published', generation = run_id where run_id = $1`, [
      runId,
    ]);
    await tx.query(`select pg_notify('thau_publish', $1)`, [String(runId)]);
  });
  return { seconds: (performance.now() - began) / 1000 };
}

/**
 * Mapping and artifacts are written before the flip: nobody reads them until the pointer names their generation, and
 * what a run wrote that never got there, the next one deletes (`deleteUnpublished`).
 */
async function writeAhead(session: Session, input: PublishInput): Promise<void> {
  const { state, runId } = input;
  await session.transaction(async (tx) => {
    // a run that lost the lock leaves nothing behind
    await input.lock.assertHeld(tx);
    await writeArtifacts(tx, state, runId, input.artifacts);
    await writeMapping(tx, input);
  });
}

/** What was written ahead for generations that never came: runs are numbered in order, and one at a time. */
export async function deleteUnpublished(session: Session, state: string): Promise<void> {
  await session.query(
    `delete from ${state}.artifacts as a
     where not exists (select from ${state}.generations as g where g.generation = a.generation)`,
  );
  await session.query(
    `delete from ${state}.mapping
     where generation > (select coalesce(max(generation), 0) from ${state}.generations)`,
  );
}

/** Rows that stay as they are never leave the server. */
async function writeMapping(tx: Session, { state, runId, nodes, current }: PublishInput): Promise<void> {
  const columns = `node_id, schema_name, name, relation_schema, relation_name, relation_kind, built_by, fingerprint,
                   data_version, stale_since, sampled`;
  const kept = new Set(nodes.filter((node) => current?.nodes.get(node.nodeId) === node));
  if (current && kept.size > 0) {
    const others = [...current.nodes.values()].filter((node) => !kept.has(node));
    await tx.query(
      `insert into ${state}.mapping (generation, ${columns})
       select $1, ${columns} from ${state}.mapping where generation = $2 and node_id <> all ($3::text[])`,
      [runId, current.number, others.map((node) => node.nodeId)],
    );
  }
  const anew = nodes.filter((node) => !kept.has(node));
  await tx.query(
    `insert into ${state}.mapping (generation, ${columns})
     select $1, m.* from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                                $8::bigint[], $9::text[], $10::text[], $11::timestamptz[], $12::text[]) as m`,
    [
      runId,
      anew.map((node) => node.nodeId),
      anew.map((node) => node.schema),
      anew.map((node) => node.name),
      anew.map((node) => node.relation.schema),
      anew.map((node) => node.relation.name),
      anew.map((node) => node.relation.kind),
      anew.map((node) => node.builtBy),
      anew.map((node) => node.fingerprint),
      anew.map((node) => node.dataVersion),
      anew.map((node) => node.staleSince?.toISOString() ?? null),
      anew.map((node) => node.sampled ?? null),
    ],
  );
}
