import type { TextRow } from '../../postgres/queryable.js';

export interface Compared {
  readonly columns: readonly { readonly name: string; readonly typeOid: number }[];
  readonly actual: readonly TextRow[];
  readonly expected: readonly TextRow[];
}

/** dbt's marks: `+++` a row that was not expected, `---` one that is missing, `→` one with other values. */
type Mark = '' | '+++' | '---' | '→';

/**
 * What differs between the rows that came and those expected, whatever their order, as a table in dbt's form; undefined
 * when nothing does. Rows that differ in some of their values stand as one line, `expected→actual`.
 */
export function unitTestDiff({ columns, actual, expected }: Compared): string | undefined {
  const keys = columns.map(({ typeOid }) => comparable(typeOid));
  const keyOf = (row: TextRow): string =>
    JSON.stringify(row.map((value, place) => (value === null ? null : (keys[place]?.(value) ?? value))));
  const missing = [...expected];
  const extra = actual.filter((row) => {
    const key = keyOf(row);
    const at = missing.findIndex((other) => keyOf(other) === key);
    if (at >= 0) missing.splice(at, 1);
    return at < 0;
  });
  if (missing.length === 0 && extra.length === 0) return undefined;
  const lines: (readonly [Mark, readonly string[]])[] = [];
  const pairs = nearestPairs(extra, missing);
  for (const row of actual.filter((one) => !extra.includes(one))) lines.push(['', row.map(shown)]);
  for (const { from, to } of pairs) {
    lines.push(['→', to.map((value, place) => change(from[place] ?? null, value))]);
  }
  for (const row of extra) if (!pairs.some(({ to }) => to === row)) lines.push(['+++', row.map(shown)]);
  for (const row of missing) if (!pairs.some(({ from }) => from === row)) lines.push(['---', row.map(shown)]);
  return table([
    ['@@', ...columns.map(({ name }) => name)],
    ...cut(lines).map(([mark, row]) => [mark, ...row]),
  ]);
}

/** Rows with more equal values than others are one row that changed. */
function nearestPairs(
  extra: readonly TextRow[],
  missing: readonly TextRow[],
): readonly { readonly from: TextRow; readonly to: TextRow }[] {
  // many rows that differ are shown one by one: whoever looks at them needs no pairs
  if (extra.length * missing.length > 10_000) return [];
  const all = extra.flatMap((to) =>
    missing.map((from) => ({ from, to, same: to.filter((value, place) => value === from[place]).length })),
  );
  const taken = new Set<TextRow>();
  return all
    .filter(({ same, to }) => same > 0 || to.length === 1)
    .sort((a, b) => b.same - a.same)
    .filter(({ from, to }) => {
      if (taken.has(from) || taken.has(to)) return false;
      taken.add(from).add(to);
      return true;
    });
}

const shownLines = 50;

/** All that differs, and a few of the rows that do not. */
function cut(
  lines: readonly (readonly [Mark, readonly string[]])[],
): readonly (readonly [string, readonly string[]])[] {
  const same = lines.filter(([mark]) => mark === '').slice(0, 10);
  const other = lines.filter(([mark]) => mark !== '');
  const more = other.length > shownLines ? [[`… and ${other.length - shownLines} more`, []] as const] : [];
  return [...same, ...other.slice(0, shownLines), ...more];
}

function change(from: string | null, to: string | null): string {
  return from === to ? shown(to) : `${shown(from)}→${shown(to)}`;
}

function shown(value: string | null): string {
  return value === null ? 'NULL' : value.replaceAll('\n', '\\n');
}

function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, place) => (widths[place] = Math.max(widths[place] ?? 0, Array.from(cell).length)));
  }
  return rows
    .map((row) =>
      row
        .map((cell, place) => cell + ' '.repeat((widths[place] ?? 0) - Array.from(cell).length))
        .join(' | ')
        .trimEnd(),
    )
    .join('\n');
}

/** Equal values may be written in more than one way: 1.0 and 1.00, JSON with other spaces. */
function comparable(typeOid: number): ((text: string) => string) | undefined {
  switch (typeOid) {
    case 1700:
      return (text) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
    case 114:
      return (text) => JSON.stringify(JSON.parse(text));
  }
  return undefined;
}
