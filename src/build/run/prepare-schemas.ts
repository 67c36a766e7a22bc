import { quoteIdentifier } from '../../postgres/identifier.js';
import type { Session } from '../../postgres/session.js';
import { refuseForeignRelations } from './check-names.js';
import type { RunOptions } from './run-options.js';
import { hasRelation } from './has-relation.js';
import type { RunScope } from './run-scope.js';

/** Makes the schemas of stable views and of this run's candidates; the latter are registered, to go again. */
export async function prepareSchemas(session: Session, options: RunOptions, scope: RunScope): Promise<void> {
  const nodes = [...options.selected].flatMap((id) => {
    const node = options.manifest.nodes[id];
    return node && hasRelation(node) ? [node] : [];
  });
  if (nodes.length === 0) return;
  const { state, runId } = scope.options;
  await refuseForeignRelations(session, state, nodes);
  const targets = new Set(nodes.map((node) => node.schema));
  const candidates = new Set(nodes.map((node) => scope.candidatePlace(node).schema));
  await session.transaction(async (tx) => {
    const wanted = [...targets, ...candidates];
    const { rows } = await tx.query<{ schema: string }>(
      `select w.schema from unnest($1::text[]) as w (schema)
       where not exists (select from pg_namespace as n where n.nspname = w.schema)`,
      [wanted],
    );
    if (rows.length > 0) {
      await tx.query(
        rows.map((row) => `create schema if not exists ${quoteIdentifier(row.schema)}`).join(';\n'),
      );
    }
    await tx.query(
      `insert into ${state}.relations (relation_schema, relation_name, relation_kind, run_id, node_id)
       select s.schema, '', 'schema', $2, '' from unnest($1::text[]) as s (schema)
       on conflict do nothing`,
      [[...candidates], runId],
    );
  });
}
