import { quoteIdentifier } from '../../postgres/identifier.js';
import type { Session } from '../../postgres/session.js';
import { refuseForeignRelations } from './check-names.js';
import type { ManifestNode } from '../../project/manifest.js';
import { isBuiltPerhaps, type Plan } from '../plan/plan.js';
import type { RunOptions } from './run-options.js';
import { hasRelation } from './has-relation.js';
import type { RunScope } from './run-scope.js';

/** Makes the schemas of stable views. */
export async function prepareSchemas(session: Session, options: RunOptions, scope: RunScope): Promise<void> {
  const nodes = relationsOf(options, options.selected);
  if (nodes.length === 0) return;
  await refuseForeignRelations(session, scope.options.state, nodes);
  await createMissing(session, new Set(nodes.map((node) => node.schema)));
}

/** Makes the schemas of this run's candidates and registers them, to go again; none where all is carried forward. */
export async function prepareCandidateSchemas(
  session: Session,
  options: RunOptions,
  scope: RunScope,
  plan: Plan,
): Promise<void> {
  const built = [...options.selected].filter((id) => isBuiltPerhaps(plan.decisions.get(id)));
  const { state, runId } = scope.options;
  const candidates = new Set(relationsOf(options, built).map((node) => scope.candidatePlace(node).schema));
  if (candidates.size === 0) return;
  await session.transaction(async (tx) => {
    await createMissing(tx, candidates);
    await tx.query(
      `insert into ${state}.relations (relation_schema, relation_name, relation_kind, run_id, node_id)
       select s.schema, '', 'schema', $2, '' from unnest($1::text[]) as s (schema)
       on conflict do nothing`,
      [[...candidates], runId],
    );
  });
}

function relationsOf({ manifest }: RunOptions, ids: Iterable<string>): readonly ManifestNode[] {
  return [...ids].flatMap((id) => {
    const node = manifest.nodes[id];
    return node && hasRelation(node) ? [node] : [];
  });
}

async function createMissing(session: Session, wanted: ReadonlySet<string>): Promise<void> {
  const { rows } = await session.query<{ schema: string }>(
    `select w.schema from unnest($1::text[]) as w (schema)
     where not exists (select from pg_namespace as n where n.nspname = w.schema)`,
    [[...wanted]],
  );
  if (rows.length === 0) return;
  await session.query(
    rows.map((row) => `create schema if not exists ${quoteIdentifier(row.schema)}`).join(';\n'),
  );
}
