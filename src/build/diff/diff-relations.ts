import { describeRelations, type ColumnDescription, type RelationName } from '../../postgres/catalog.js';
import type { Queryable } from '../../postgres/queryable.js';
import { sqlName } from '../relation.js';
import { comparedColumns, type ComparedColumn } from './compared-columns.js';
import { diffByKey } from './diff-by-key.js';
import { diffWithoutKey } from './diff-without-key.js';
import type { RelationDiff } from './relation-diff.js';

export interface DiffOptions {
  readonly before: RelationName;
  readonly after: RelationName;
  /** Columns that are unique in both; none compares whole rows as a bag. */
  readonly key: readonly string[];
  /** Sample rows of each kind. */
  readonly samples: number;
}

/** What both ways of comparing work on: names are quoted, `columns` stand in both relations, the key's included. */
export interface Comparison {
  readonly before: string;
  readonly after: string;
  readonly key: readonly string[];
  readonly columns: readonly ComparedColumn[];
  readonly samples: number;
  /** Of the larger relation, by PostgreSQL's statistics; 0 where there are none. */
  readonly estimatedRows: number;
}

/** Rows that `diffByKey` and `diffWithoutKey` found. */
export type RowDiff = Pick<RelationDiff, 'rows' | 'changedColumns' | 'samples'>;

/**
 * Compares two relations of one database; a relation compared with itself reads nothing. Equality is PostgreSQL's
 * `is not distinct from`, so 1.0 equals 1.00 and NaN equals NaN; see `comparedColumns` for columns whose type differs.
 */
export async function diffRelations(database: Queryable, options: DiffOptions): Promise<RelationDiff> {
  const { before, after } = options;
  const described = await describeRelations(database, [before, after]);
  const columnsOf = (name: RelationName): readonly ColumnDescription[] =>
    described.find((one) => one.schema === name.schema && one.name === name.name)?.columns ?? [];
  const [old, now] = [columnsOf(before), columnsOf(after)];
  const shared = now.flatMap((column) => {
    const same = old.find(({ name }) => name === column.name);
    return same ? [{ name: column.name, before: same.type, after: column.type }] : [];
  });
  const key = options.key.every((name) => shared.some((column) => column.name === name)) ? options.key : [];
  const comparison: Comparison = {
    before: sqlName(before),
    after: sqlName(after),
    key,
    columns: await comparedColumns(database, shared),
    estimatedRows: Math.max(0, ...described.map((one) => one.estimatedRows)),
    samples: options.samples,
  };
  const same = sqlName(before) === sqlName(after);
  const { key: used, ...found } = same
    ? { key, ...(await unchanged(database, comparison.after)) }
    : await diffRows(database, comparison);
  return {
    key: used,
    columns: {
      added: now.filter(({ name }) => !old.some((column) => column.name === name)).map(({ name }) => name),
      removed: old.filter(({ name }) => !now.some((column) => column.name === name)).map(({ name }) => name),
      retyped: shared.filter((column) => column.before !== column.after),
    },
    ...found,
  };
}

/** By key, unless there is none, or it turns out that it does not tell the rows of one side apart. */
async function diffRows(
  database: Queryable,
  comparison: Comparison,
): Promise<RowDiff & { readonly key: readonly string[] }> {
  if (comparison.key.length > 0) {
    const found = await diffByKey(database, comparison);
    if (found) return { key: comparison.key, ...found };
  }
  return { key: [], ...(await diffWithoutKey(database, comparison)) };
}

async function unchanged(database: Queryable, relation: string): Promise<RowDiff> {
  const { rows } = await database.query<{ n: number }>(`select count(*) as n from ${relation}`);
  const count = rows[0]?.n ?? 0;
  return {
    rows: { before: count, after: count, added: 0, removed: 0, changed: 0 },
    changedColumns: {},
    samples: { added: [], removed: [], changed: [] },
  };
}
