import type { ManifestNode } from '../../project/manifest.js';
import { quoteIdentifier } from '../../postgres/identifier.js';
import type { Session } from '../../postgres/session.js';
import { cutToBytes, sqlName } from '../relation.js';
import { maxIdentifierBytes } from '../../postgres/identifier.js';
import type { RunScope } from '../run/run-scope.js';
import { foreignRelation } from '../views/prepare-views.js';

/** Stands in `relations.run_id` for what belongs to no generation and is never collected. */
export const outsideGenerations = 0;

/**
 * Keeps the failing rows of a test in its own table, as under dbt outside generations: each run replaces what the
 * one before stored. Answers how to read them.
 */
export async function storeFailures(
  session: Session,
  scope: RunScope,
  node: ManifestNode,
  as: 'table' | 'view',
  rows: string,
): Promise<{ readonly sql: string; readonly relation: string }> {
  const place = { schema: node.schema, name: cutToBytes(node.alias, maxIdentifierBytes) };
  const { state } = scope.options;
  await session.transaction(async (tx) => {
    await makeSchema(tx, place.schema);
    const { rows: known } = await tx.query<{ kind: string | null }>(
      `select r.relation_kind as kind from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
       left join ${state}.relations as r on r.relation_schema = n.nspname and r.relation_name = c.relname
       where n.nspname = $1 and c.relname = $2`,
      [place.schema, place.name],
    );
    const before = known[0];
    if (before?.kind === null) throw foreignRelation(place);
    if (before) await tx.query(`drop ${before.kind} ${sqlName(place)}`);
    await tx.query(`create ${as} ${sqlName(place)} as ${rows}`);
    await tx.query(
      `insert into ${state}.relations (relation_schema, relation_name, relation_kind, run_id, node_id)
       values ($1, $2, $3, $4, $5)
       on conflict (relation_schema, relation_name) do update set relation_kind = excluded.relation_kind`,
      [place.schema, place.name, as, outsideGenerations, node.unique_id],
    );
  });
  return { sql: `(select * from ${sqlName(place)})`, relation: `${place.schema}.${place.name}` };
}

/** `create schema if not exists` of two tests at once lets one of them fail: the second waits for the first. */
async function makeSchema(tx: Session, schema: string): Promise<void> {
  const { rows } = await tx.query(`select from pg_namespace where nspname = $1`, [schema]);
  if (rows.length > 0) return;
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('thau schema ' || $1, 0))`, [schema]);
  await tx.query(`create schema if not exists ${quoteIdentifier(schema)}`);
}
