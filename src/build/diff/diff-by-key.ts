import { quoteIdentifier } from '../../postgres/identifier.js';
import type { Queryable } from '../../postgres/queryable.js';
import type { Comparison, RowDiff } from './diff-relations.js';
import type { SampleRow } from './relation-diff.js';

/**
 * Rows by key. Both sides are first summed up in blocks (rows of equal hash of the key): count, and sum of the rows'
 * hashes. Only blocks whose sums differ are joined row by row, so two large relations that are nearly equal cost two
 * scans and a join of little.
 */
export async function diffByKey(database: Queryable, comparison: Comparison): Promise<RowDiff> {
  const { rows } = await database.query<BlockRow>(blockSums(comparison));
  const before = rows.reduce((sum, row) => sum + row.before, 0);
  const after = rows.reduce((sum, row) => sum + row.after, 0);
  const blocks = rows.filter((row) => row.differs).map((row) => row.block);
  if (blocks.length === 0) {
    return {
      rows: { before, after, added: 0, removed: 0, changed: 0 },
      changedColumns: {},
      samples: { added: [], removed: [], changed: [] },
    };
  }
  const counted = await database.query<Counts>(countRows(comparison), [blocks]);
  const counts = counted.rows[0] ?? { added: 0, removed: 0, changed: 0, columns: {} };
  const { rows: samples } = await database.query<Sample>(sampleRows(comparison), [blocks]);
  return {
    rows: { before, after, added: counts.added, removed: counts.removed, changed: counts.changed },
    changedColumns: Object.fromEntries(Object.entries(counts.columns).filter(([, count]) => count > 0)),
    samples: {
      added: samples.filter(({ kind }) => kind === 'added').map(toSample),
      removed: samples.filter(({ kind }) => kind === 'removed').map(toSample),
      changed: samples.filter(({ kind }) => kind === 'changed').map(toSample),
    },
  };
}

interface BlockRow {
  readonly block: number;
  readonly before: number;
  readonly after: number;
  readonly differs: boolean;
}

interface Counts {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  readonly columns: Readonly<Record<string, number>>;
}

interface Sample {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly key: Readonly<Record<string, unknown>>;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  readonly names: readonly string[] | null;
}

/** Few enough to sum up quickly, many enough that a change here and there leaves most of them equal. */
const blockCount = 4096;

function keyHash(comparison: Comparison, row: string): string {
  return `hash_record_extended(row(${keyValues(comparison, row).join(', ')}), 0)`;
}

function keyValues({ key, columns }: Comparison, row: string): string[] {
  return key.map((name) => columns.find((column) => column.name === name)?.value(row) ?? 'null');
}

function blockSums(comparison: Comparison): string {
  const values = comparison.columns.map((column) => column.value('r')).join(', ');
  const side = (relation: string): string => `
    select (${keyHash(comparison, 'r')} & ${blockCount - 1})::int as block, count(*) as n,
        sum(hash_record_extended(row(${values}), 1)::numeric) as h
    from ${relation} as r group by 1`;
  return `
    select block, coalesce(a.n, 0) as before, coalesce(b.n, 0) as after,
        (a.n, a.h) is distinct from (b.n, b.h) as differs
    from (${side(comparison.before)}) as a full join (${side(comparison.after)}) as b using (block)`;
}

/** The rows of the differing blocks side by side. A null key column equals a null one, as `unique` tests let it. */
function joined(comparison: Comparison): string {
  const side = (relation: string): string => `
    select r as row, ${keyHash(comparison, 'r')} as h from ${relation} as r
    where (${keyHash(comparison, 'r')} & ${blockCount - 1})::int = any ($1::int[])`;
  const same = comparison.key.map((name) => {
    const column = comparison.columns.find((one) => one.name === name);
    return `${column?.value('(a.row)') ?? 'null'} is not distinct from ${column?.value('(b.row)') ?? 'null'}`;
  });
  return `(${side(comparison.before)}) as a full join (${side(comparison.after)}) as b
      on a.h = b.h and ${same.join(' and ')}`;
}

function differing(comparison: Comparison): { name: string; test: string }[] {
  return comparison.columns
    .filter(({ name }) => !comparison.key.includes(name))
    .map((column) => ({
      name: column.name,
      test: `${column.value('(a.row)')} is distinct from ${column.value('(b.row)')}`,
    }));
}

function countRows(comparison: Comparison): string {
  const columns = differing(comparison);
  const both = 'a.h is not null and b.h is not null';
  const any = columns.length === 0 ? 'false' : columns.map(({ test }) => test).join(' or ');
  const names = columns.length === 0 ? `'{}'::jsonb` : perColumns(columns, both);
  return `
    select count(*) filter (where a.h is null) as added, count(*) filter (where b.h is null) as removed,
        count(*) filter (where ${both} and (${any})) as changed, ${names} as columns
    from ${joined(comparison)}`;
}

/** One object for any number of columns: a call takes 100 arguments at most, so it is put together in parts. */
function perColumns(columns: readonly { name: string; test: string }[], both: string): string {
  const parts: string[] = [];
  for (let at = 0; at < columns.length; at += 40) {
    const pairs = columns
      .slice(at, at + 40)
      .map(({ name, test }) => `${literal(name)}, count(*) filter (where ${both} and (${test}))`);
    parts.push(`jsonb_build_object(${pairs.join(', ')})`);
  }
  return parts.join(' || ');
}

function sampleRows(comparison: Comparison): string {
  const columns = differing(comparison);
  const any = columns.length === 0 ? 'false' : columns.map(({ test }) => test).join(' or ');
  const keyOf = (row: string): string =>
    comparison.key.map((name) => `${literal(name)}, (${row}.row).${quoteIdentifier(name)}`).join(', ');
  const changed = columns.map(({ name, test }) => `case when ${test} then ${literal(name)} end`);
  const names = `array_remove(array[${changed.join(', ')}]::text[], null)`;
  const one = (kind: string, keySide: string, where: string): string => `
    (select '${kind}' as kind, jsonb_build_object(${keyOf(keySide)}) as key, to_jsonb(a.row) as before,
        to_jsonb(b.row) as after, ${kind === 'changed' ? names : 'null::text[]'} as names
    from ${joined(comparison)}
    where ${where}
    order by ${keyValues(comparison, `(${keySide}.row)`).join(', ')}
    limit ${comparison.samples})`;
  return [
    one('added', 'b', 'a.h is null'),
    one('removed', 'a', 'b.h is null'),
    one('changed', 'b', `a.h is not null and b.h is not null and (${any})`),
  ].join(' union all ');
}

function toSample({ kind, key, before, after, names }: Sample): SampleRow {
  if (kind !== 'changed') return { key, row: (kind === 'added' ? after : before) ?? {} };
  return {
    key,
    changes: Object.fromEntries(
      (names ?? []).map((name) => [name, [before?.[name], after?.[name]] as const]),
    ),
  };
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'::text`;
