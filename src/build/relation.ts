import { createHash } from 'node:crypto';
import { maxIdentifierBytes, qualifiedName } from '../postgres/identifier.js';

export type RelationKind = 'table' | 'view' | 'materialized view';

/** A physical relation. */
export interface Relation {
  readonly schema: string;
  readonly name: string;
  readonly kind: RelationKind;
  /** Of a versioned one, which is a view: where its rows are. */
  readonly store?: RowStore;
}

/** The tables behind a versioned relation, which several versions of it share. */
export interface RowStore {
  readonly schema: string;
  /** Holds the newest version's rows. */
  readonly table: string;
  /** Holds the rows that later versions took away. */
  readonly superseded: string;
  /** The run whose rows the relation shows. */
  readonly version: number;
}

/** Whether a relation holds rows as a table does, for dbt: a versioned one is a view for PostgreSQL alone. */
export function holdsRows(relation: Pick<Relation, 'kind' | 'store'> | undefined): boolean {
  return relation !== undefined && (relation.kind === 'table' || relation.store !== undefined);
}

/** `"schema"."name"`, for SQL. */
export function sqlName(relation: { readonly schema: string; readonly name: string }): string {
  return qualifiedName(relation.schema, relation.name);
}

/**
 * The schema in which run 12 builds what is seen as `unified`: `unified__r12`. PostgreSQL cuts names after 63
 * bytes, so a longer one keeps its beginning and ends in a digest.
 */
export function candidateSchema(schema: string, run: number): string {
  const suffix = `__r${run}`;
  if (Buffer.byteLength(schema + suffix) <= maxIdentifierBytes) return schema + suffix;
  const digest = createHash('sha256').update(schema).digest('hex').slice(0, 8);
  return `${cutToBytes(schema, maxIdentifierBytes - suffix.length - digest.length - 1)}_${digest}${suffix}`;
}

/** The longest beginning of `text` that fits, never half a character. */
export function cutToBytes(text: string, bytes: number): string {
  let cut = text;
  while (Buffer.byteLength(cut) > bytes) cut = Array.from(cut).slice(0, -1).join('');
  return cut;
}
