import { quoteIdentifier } from '../../postgres/identifier.js';
import type { Queryable } from '../../postgres/queryable.js';
import { blockOf, type BlockOf } from './block-of.js';
import { areFew, blockSums, seed, type BlockSums } from './block-sums.js';
import type { Comparison, RowDiff } from './diff-relations.js';
import type { SampleRow } from './relation-diff.js';

/**
 * Rows by key. Both sides are first summed up in blocks of rows of like keys: count, and two sums of the rows' hashes. Only blocks whose sums differ are joined row by row, in one statement, so two large relations that are
 * nearly equal cost two scans each and a join of little. Undefined where the key turns out not to tell rows apart.
 */
export async function diffByKey(database: Queryable, comparison: Comparison): Promise<RowDiff | undefined> {
  const blocks = blockOf(comparison);
  const { rows } = await database.query<BlockSums>(
    blockSums(hashed(comparison, blocks, comparison.before), hashed(comparison, blocks, comparison.after)),
  );
  const { before = 0, after = 0, differing: found } = rows[0] ?? {};
  if (!found) {
    return {
      rows: { before, after, added: 0, removed: 0, changed: 0 },
      changedColumns: {},
      samples: { added: [], removed: [], changed: [] },
    };
  }
  // most blocks: to look up each row's block would only cost
  const few = areFew(found, blocks.count);
  const joined = await database.query<Joined>(compareRows(comparison, blocks, few), few ? [found] : []);
  const result = joined.rows[0];
  const { added = 0, removed = 0, changed = 0, keys = 0 } = result ?? {};
  if (before - removed !== after - added || changed !== keys) return undefined;
  const samples = result?.samples ?? [];
  return {
    rows: { before, after, added, removed, changed },
    changedColumns: Object.fromEntries(
      Object.entries(result?.columns ?? {}).filter(([, count]) => count > 0),
    ),
    samples: {
      added: samples.filter(({ kind }) => kind === 'added').map(toSample),
      removed: samples.filter(({ kind }) => kind === 'removed').map(toSample),
      changed: samples.filter(({ kind }) => kind === 'changed').map(toSample),
    },
  };
}

interface Joined {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  /** Of the changed ones: as many, unless the key repeats. */
  readonly keys: number;
  readonly columns: Readonly<Record<string, number>>;
  readonly samples: readonly Sample[] | null;
}

interface Sample {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly key: Readonly<Record<string, unknown>>;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
  readonly names: readonly string[] | null;
}

/** One side for `blockSums`. */
function hashed(comparison: Comparison, blocks: BlockOf, relation: string): string {
  const hash = blocks.cheap ? blocks.hash('thau_row') : 'thau_row."thau hash of the key"';
  // `offset` keeps PostgreSQL from writing a dear expression into each place where it stands
  const read = blocks.cheap
    ? relation
    : `(select k.*, ${blocks.hash('k')} as "thau hash of the key" from ${relation} as k offset '0')`;
  return `select ${blocks.of('thau_row', hash)} as block, ${rowHash(comparison, hash)} as h from ${read} as thau_row`;
}

/** Every value is hashed with its row's key and its column as the seed, so that values that change places show. */
function rowHash({ columns, key }: Comparison, hash: string): string {
  return [
    `hashint8extended(${hash}, 0)`,
    ...columns
      .filter(({ name }) => !key.includes(name))
      .map((column, n) => `coalesce(${column.hash('thau_row', `${hash} # ${seed(n)}`)}, ${n})`),
  ].join(' # ');
}

function keyValues({ key, columns }: Comparison, row: string): string[] {
  return key.map((name) => columns.find((column) => column.name === name)?.value(row) ?? 'null');
}

/**
 * Counts, counts per column and samples of the rows side by side, those of the differing blocks or all. A null key
 * column equals a null one, as `unique` tests let it.
 */
function compareRows(comparison: Comparison, blocks: BlockOf, few: boolean): string {
  const side = (relation: string): string => `
    select thau_row as row, ${blocks.hash('thau_row')} as h from ${relation} as thau_row${
      few ? ` where ${blocks.of('thau_row')} = any ($1::int[])` : ''
    }`;
  const same = comparison.key.map((name) => {
    const column = comparison.columns.find((one) => one.name === name);
    return `${column?.value('(a.row)') ?? 'null'} is not distinct from ${column?.value('(b.row)') ?? 'null'}`;
  });
  const columns = differing(comparison);
  const any = columns.length === 0 ? 'false' : columns.map(({ test }) => test).join(' or ');
  // only what differs is kept for counts and samples
  return `
    with joined as materialized (
        select a.row as old, b.row as now, a.h,
            case when a.h is null then 'added' when b.h is null then 'removed' else 'changed' end as kind
        from (${side(comparison.before)}) as a full join (${side(comparison.after)}) as b
          on a.h = b.h and ${same.join(' and ')}
        where a.h is null or b.h is null or ${any}
    ), counted as (
        select count(*) filter (where kind = 'added') as added, count(*) filter (where kind = 'removed') as removed,
            count(*) filter (where kind = 'changed') as changed,
            count(distinct h) filter (where kind = 'changed') as keys,
            ${columns.length === 0 ? `'{}'::jsonb` : perColumns(columns, `kind = 'changed'`)} as columns
        from joined as j
    )
    select counted.*, (select jsonb_agg(s) from (${samplesOf(comparison, columns)}) as s) as samples
    from counted`;
}

function differing(comparison: Comparison): DifferingColumn[] {
  return comparison.columns
    .filter(({ name }) => !comparison.key.includes(name))
    .map((column) => ({
      name: column.name,
      test: `${column.value('(a.row)')} is distinct from ${column.value('(b.row)')}`,
      kept: `${column.value('(j.old)')} is distinct from ${column.value('(j.now)')}`,
    }));
}

interface DifferingColumn {
  readonly name: string;
  /** Over the two sides of the join, and over what is kept of it. */
  readonly test: string;
  readonly kept: string;
}

/** One object for any number of columns: a call takes 100 arguments at most, so it is put together in parts. */
function perColumns(columns: readonly DifferingColumn[], changed: string): string {
  const parts: string[] = [];
  for (let at = 0; at < columns.length; at += 40) {
    const pairs = columns
      .slice(at, at + 40)
      .map(({ name, kept }) => `${literal(name)}, count(*) filter (where ${changed} and (${kept}))`);
    parts.push(`jsonb_build_object(${pairs.join(', ')})`);
  }
  return parts.join(' || ');
}

function samplesOf(comparison: Comparison, columns: readonly DifferingColumn[]): string {
  const keyOf = (row: string): string =>
    comparison.key.map((name) => `${literal(name)}, (j.${row}).${quoteIdentifier(name)}`).join(', ');
  const changed = columns.map(({ name, kept }) => `case when ${kept} then ${literal(name)} end`);
  const names = `array_remove(array[${changed.join(', ')}]::text[], null)`;
  const one = (kind: string, row: string): string => `
    (select '${kind}' as kind, jsonb_build_object(${keyOf(row)}) as key, to_jsonb(j.old) as before,
        to_jsonb(j.now) as after, ${kind === 'changed' ? names : 'null::text[]'} as names
    from joined as j
    where kind = '${kind}'
    order by ${keyValues(comparison, `(j.${row})`).join(', ')}
    limit ${comparison.samples})`;
  return [one('added', 'now'), one('removed', 'old'), one('changed', 'now')].join(' union all ');
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
