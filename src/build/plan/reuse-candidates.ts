import type { Queryable } from '../../postgres/queryable.js';
import type { Manifest } from '../../project/manifest.js';
import type { Unfinished } from '../microbatch/batch-memory.js';
import type { BatchReport } from '../microbatch/batch-report.js';
import type { Relation, RelationKind } from '../relation.js';
import { withStores } from '../versioned/read-stores.js';
import type { Decision } from './decision.js';
import type { Plan } from './plan.js';

/** A good candidate that a failed run left. */
export interface ReusedCandidate {
  readonly relation: Relation;
  readonly builtBy: number;
}

export interface Reuse {
  readonly plan: Plan;
  readonly candidates: ReadonlyMap<string, ReusedCandidate>;
  /** Candidates of microbatch models that some batches are missing from. */
  readonly unfinished: ReadonlyMap<string, Unfinished>;
}

/**
 * Takes over what a failed run did well: nodes it built and tests it passed, if they are what they were and read
 * nothing that is built now. Like dbt's retry it goes on with the data of that run: rows that came to a source
 * meanwhile are the next run's.
 */
export async function reuseCandidates(
  database: Queryable,
  state: string,
  manifest: Manifest,
  plan: Plan,
  failedRun: number,
): Promise<Reuse> {
  const { rows } = await database.query<{
    node_id: string;
    fingerprint: string | null;
    data_version: string | null;
    schema: string | null;
    name: string | null;
    kind: RelationKind | null;
    run_id: number | null;
    batches: BatchReport | null;
    began: Date;
    partial: boolean;
  }>(
    `select n.node_id, n.fingerprint, n.data_version, r.relation_schema as schema, r.relation_name as name,
            r.relation_kind as kind, r.run_id, n.batches, n.status = 'partial success' as partial,
            runs.started_at as began
     from ${state}.run_nodes as n join ${state}.runs using (run_id)
     left join ${state}.relations as r on r.node_id = n.node_id and r.run_id = n.run_id
          and to_regclass(quote_ident(r.relation_schema) || '.' || quote_ident(r.relation_name)) is not null
     where n.run_id = $1 and n.status in ('success', 'partial success', 'pass', 'carried') and n.fingerprint is not null`,
    [failedRun],
  );
  const whole = await withStores(database, state);
  const left = new Map(rows.map((row) => [row.node_id, row]));
  const decisions = new Map<string, Decision>();
  const candidates = new Map<string, ReusedCandidate>();
  const unfinished = new Map<string, Unfinished>();
  const versions = new Map<string, string>();
  const reuse = (id: string, row: (typeof rows)[number]): Decision => {
    if (row.data_version !== null) versions.set(id, row.data_version);
    if (row.schema !== null && row.name !== null && row.kind !== null) {
      const relation = whole({ schema: row.schema, name: row.name, kind: row.kind });
      candidates.set(id, { relation, builtBy: failedRun });
    }
    return {
      action: 'reuse',
      because: `run ${failedRun} ${isTestNode(manifest, id) ? 'passed' : 'built'} it`,
    };
  };
  const keeps = (action: Decision['action'] | undefined): boolean =>
    action !== 'build' && action !== 'decide';
  const decide = (id: string): Decision | undefined => {
    const planned = plan.decisions.get(id);
    const known = decisions.get(id);
    if (known || !planned) return known;
    decisions.set(id, planned);
    const row = left.get(id);
    const parents = readNodes(manifest, id).map(decide);
    if (keeps(planned.action) || row === undefined || (!isTestNode(manifest, id) && row.schema === null)) {
      return planned;
    }
    if (!parents.every((parent) => parent?.action !== 'build')) return planned;
    const isSame = row.fingerprint === plan.fingerprints.get(id);
    if (row.partial) {
      if (!isSame || !row.batches || row.schema === null || row.name === null) return planned;
      if (!parents.every((parent) => keeps(parent?.action))) return planned;
      const { batches, began: now } = row;
      const missing = batches.failed.length;
      const because = `${missing} of ${missing + batches.successful.length} batches failed in run ${failedRun}`;
      decisions.set(id, { action: 'build', because });
      if (row.data_version !== null) versions.set(id, row.data_version);
      unfinished.set(id, { relation: { schema: row.schema, name: row.name, kind: 'table' }, batches, now });
      return decisions.get(id);
    }
    // a template that asks the database is rendered at its turn, over the candidates
    if (plan.isOpen(id) || !parents.every((parent) => keeps(parent?.action))) {
      decisions.set(id, { ...planned, action: 'decide' });
      return decisions.get(id);
    }
    if (isSame) decisions.set(id, reuse(id, row));
    return decisions.get(id);
  };
  for (const id of plan.decisions.keys()) decide(id);
  const settle: Plan['settle'] = async (id, turn) => {
    const { decision, asked } = await plan.settle(id, turn);
    const row = left.get(id);
    const isSame = row?.fingerprint === plan.fingerprints.get(id) && !row?.partial;
    const parentsKept = readNodes(manifest, id).every((parent) => keeps(decisions.get(parent)?.action));
    const isLeft = decisions.get(id)?.action === 'decide' && decision.action !== 'carry';
    const settled = isLeft && row && isSame && parentsKept ? reuse(id, row) : leftOpen(decision);
    decisions.set(id, settled);
    return { decision: settled, ...(asked && { asked }) };
  };
  return {
    plan: {
      ...plan,
      decisions,
      settle,
      isOpen: (id) => plan.isOpen(id) || decisions.get(id)?.action === 'decide',
      dataVersion: (id, relationOf) => versions.get(id) ?? plan.dataVersion(id, relationOf),
    },
    candidates,
    unfinished,
  };
}

/** At its turn nothing is undecided. */
function leftOpen(decision: Decision): Decision {
  return decision.action === 'decide' ? { ...decision, action: 'build' } : decision;
}

function isTestNode(manifest: Manifest, id: string): boolean {
  return manifest.nodes[id]?.resource_type === 'test';
}

/** The nodes a node reads, through ephemeral ones. */
function readNodes(manifest: Manifest, id: string): readonly string[] {
  return (manifest.nodes[id]?.depends_on.nodes ?? []).flatMap((parent) => {
    const node = manifest.nodes[parent];
    if (!node) return [];
    return node.config.materialized === 'ephemeral' ? readNodes(manifest, parent) : [parent];
  });
}
