import { quoteIdentifier } from '../../postgres/identifier.js';
import { describeRelations, type ColumnDescription, type RelationName } from '../../postgres/catalog.js';
import type { Queryable } from '../../postgres/queryable.js';
import { sqlName } from '../relation.js';
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
}

export interface ComparedColumn {
  readonly name: string;
  /** The column as an expression over a row called `row`, hashable and of one type on both sides. */
  value(row: string): string;
}

/** Rows that `diffByKey` and `diffWithoutKey` found. */
export type RowDiff = Pick<RelationDiff, 'rows' | 'changedColumns' | 'samples'>;

/**
 * Compares two relations of one database; a relation compared with itself reads nothing. Equality is PostgreSQL's
 * `is not distinct from`, so 1.0 equals 1.00; columns whose types differ are compared as text.
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
    columns: shared.map((column) => ({ name: column.name, value: (row) => compared(row, column) })),
    samples: options.samples,
  };
  const same = sqlName(before) === sqlName(after);
  const found = same
    ? await unchanged(database, comparison.after)
    : await (key.length > 0 ? diffByKey : diffWithoutKey)(database, comparison);
  return {
    key,
    columns: {
      added: now.filter(({ name }) => !old.some((column) => column.name === name)).map(({ name }) => name),
      removed: old.filter(({ name }) => !now.some((column) => column.name === name)).map(({ name }) => name),
      retyped: shared.filter((column) => column.before !== column.after),
    },
    ...found,
  };
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

/** Types without a hash (json, xml, geometry) and columns of two types are compared as text. */
function compared(row: string, column: { name: string; before: string; after: string }): string {
  const name = `${row}.${quoteIdentifier(column.name)}`;
  const hashable = column.before === column.after && !unhashable.test(column.after);
  return hashable ? name : `${name}::text`;
}

const unhashable =
  /^(json|xml|point|line|lseg|box|path|polygon|circle|tsvector|tsquery|txid_snapshot|bit|money)\b/;
