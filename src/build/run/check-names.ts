import { ThauError } from '../../errors/thau-error.js';
import type { Manifest, ManifestNode } from '../../project/manifest.js';
import type { Session } from '../../postgres/session.js';
import { placeKey } from '../views/read-columns.js';
import { foreignRelation } from '../views/prepare-views.js';
import { hasRelation } from './has-relation.js';

/** Two nodes may not write one relation: the later would replace the earlier without a word. */
export function refuseSharedNames(manifest: Manifest): void {
  const owners = new Map<string, ManifestNode>();
  for (const node of Object.values(manifest.nodes)) {
    if (!hasRelation(node)) continue;
    const key = placeKey({ schema: node.schema, name: node.alias });
    const other = owners.get(key);
    if (!other) {
      owners.set(key, node);
      continue;
    }
    throw new ThauError(
      'BUILD_TWO_NODES_ONE_RELATION',
      `${other.unique_id} and ${node.unique_id} both write ${node.schema}.${node.alias}.`,
      {
        at: { file: node.original_file_path },
        notes: [`the other one: ${other.original_file_path}`],
        hint: 'Give one of them another alias or schema.',
      },
    );
  }
}

/** What stands at a node's name must be thau's own stable view. */
export async function refuseForeignRelations(
  session: Session,
  state: string,
  nodes: readonly ManifestNode[],
): Promise<void> {
  const { rows } = await session.query<{ schema: string; name: string }>(
    `select n.nspname as schema, c.relname as name
     from unnest($1::text[], $2::text[]) as wanted (schema, name)
     join pg_namespace as n on n.nspname = wanted.schema
     join pg_class as c on c.relnamespace = n.oid and c.relname = wanted.name
     left join ${state}.stable_views as v on v.schema_name = n.nspname and v.name = c.relname
     where v.name is null or c.relkind <> 'v'
     order by 1, 2`,
    [nodes.map((node) => node.schema), nodes.map((node) => node.alias)],
  );
  const first = rows[0];
  if (first)
    throw foreignRelation(
      first,
      rows.slice(1).map((row) => `${row.schema}.${row.name}`),
    );
}
