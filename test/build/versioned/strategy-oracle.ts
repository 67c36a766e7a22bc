/** One row of the model under test; a null key equals none. */
export interface Row {
  readonly id: number | null;
  readonly part: string | null;
  readonly amount: number | null;
  /** Only once the model has the column. */
  readonly note?: string | null;
}

export interface Strategy {
  readonly name: 'append' | 'delete+insert' | 'merge';
  readonly key: readonly ('id' | 'part')[];
  /** `incremental_predicates`: rows of the table beyond it are left alone. */
  readonly below: number | null;
}

/** PostgreSQL's `merge` refuses to touch a row twice. */
export class TouchedTwice extends Error {}

/** What dbt's strategies do to a table, said without SQL. */
export function applyBatch(table: readonly Row[], batch: readonly Row[], strategy: Strategy): readonly Row[] {
  const { name, key, below } = strategy;
  if (name === 'append' || (name === 'delete+insert' && key.length === 0)) return [...table, ...batch];
  const same = (old: Row, now: Row): boolean =>
    key.length > 0 && key.every((column) => old[column] !== null && old[column] === now[column]);
  const open = (old: Row): boolean => below === null || (old.amount !== null && old.amount < below);
  if (name === 'delete+insert') {
    return [...table.filter((old) => !open(old) || !batch.some((now) => same(old, now))), ...batch];
  }
  const matched = new Set<Row>();
  const after = table.map((old) => {
    const [now, twice] = batch.filter((one) => open(old) && same(old, one));
    if (twice) throw new TouchedTwice();
    if (!now) return old;
    matched.add(now);
    return { ...old, ...now };
  });
  return [...after, ...batch.filter((now) => !matched.has(now))];
}

/** A bag of rows, comparable. */
export function bag(rows: readonly object[]): readonly string[] {
  return rows.map((row) => JSON.stringify(Object.values(row))).sort();
}
