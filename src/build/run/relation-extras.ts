import { quoteIdentifier, quoteLiteral } from '../../postgres/identifier.js';
import type { Queryable } from '../../postgres/queryable.js';
import type { ManifestNode } from '../../project/manifest.js';
import { configError } from '../materialisations/config-error.js';
import { sqlName, type RelationKind } from '../relation.js';

interface Place {
  readonly schema: string;
  readonly name: string;
}

/** dbt's `grants: {select: [role, …]}`, on each of the places. */
export async function applyGrants(
  database: Queryable,
  node: ManifestNode,
  places: readonly Place[],
): Promise<void> {
  const grants = node.config['grants'];
  if (typeof grants !== 'object' || grants === null) return;
  const statements: string[] = [];
  for (const [privilege, roles] of Object.entries(grants)) {
    if (!/^[a-z ]+$/i.test(privilege)) {
      throw configError(node, `grants names "${privilege}"`, 'Write grants: {select: [role]}.');
    }
    const list = (Array.isArray(roles) ? roles : [roles]).map((role) => quoteIdentifier(String(role)));
    if (list.length === 0) continue;
    for (const place of places)
      statements.push(`grant ${privilege} on ${sqlName(place)} to ${list.join(', ')}`);
  }
  if (statements.length > 0) await database.query(statements.join(';\n'));
}

/** dbt's `persist_docs: {relation: true, columns: true}`: descriptions as comments. */
export async function applyDocs(
  database: Queryable,
  node: ManifestNode,
  place: Place,
  kind: RelationKind,
): Promise<void> {
  const persist = node.config['persist_docs'] as { relation?: unknown; columns?: unknown } | undefined;
  const statements: string[] = [];
  if (persist?.relation === true) {
    statements.push(`comment on ${kind} ${sqlName(place)} is ${quoteLiteral(node.description)}`);
  }
  if (persist?.columns === true) {
    const { rows } = await database.query<{ name: string }>(
      `select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
      [sqlName(place)],
    );
    const described = new Map(
      Object.values(node.columns).map((column) => [column.name.toLowerCase(), column.description]),
    );
    for (const { name } of rows) {
      const text = described.get(name.toLowerCase());
      if (text === undefined || text === '') continue;
      statements.push(
        `comment on column ${sqlName(place)}.${quoteIdentifier(name)} is ${quoteLiteral(text)}`,
      );
    }
  }
  if (statements.length > 0) await database.query(statements.join(';\n'));
}
