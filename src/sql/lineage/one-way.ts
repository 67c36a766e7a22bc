import type { Branch, Cell, CellSource, Combination, FromItem } from './row-lineage.js';

/**
 * Several ways to make rows of the same items, as one way: what every way says alike stays, and all else is made of
 * something. Two columns of the one are of one row where they are so in each of the ways.
 */
export function oneWay(ways: readonly Combination[], newItem: () => number): Combination {
  const [first, ...others] = ways;
  if (!first || others.length === 0) return first ?? { items: [], outer: undefined };
  const numbers = new Map<string, number>();
  const number = (sources: readonly CellSource[]): number => {
    const [item = 0, ...rest] = sources.map((source) => source.item);
    if (rest.every((other) => other === item)) return item;
    const key = sources.map((source) => source.item).join();
    const found = numbers.get(key) ?? newItem();
    numbers.set(key, found);
    return found;
  };
  return {
    items: first.items.map((item, index): FromItem => {
      const branches = ways.map((way) => way.items[index]?.columns);
      if (!branches.every((branch) => branch !== undefined)) return { alias: item.alias, columns: undefined };
      return { alias: item.alias, columns: oneBranch(branches, number) };
    }),
    outer: first.outer,
  };
}

function oneBranch(
  branches: readonly Branch[],
  number: (sources: readonly CellSource[]) => number,
): Branch | undefined {
  const columns = new Map<string, Cell>();
  for (const [name] of branches[0] ?? []) {
    const cells = branches.map((branch) => branch.get(name));
    if (!cells.every((cell) => cell !== undefined)) return undefined;
    columns.set(name, oneCell(cells, number));
  }
  return columns;
}

function oneCell(cells: readonly Cell[], number: (sources: readonly CellSource[]) => number): Cell {
  const [first] = cells;
  if (!first || cells.some((cell) => shapeOf(cell) !== shapeOf(first))) return { kind: 'computed', from: [] };
  if (first.kind === 'constant') return first;
  const sources = cells.map(sourcesOf);
  const renumbered = sourcesOf(first).map((source, place) => ({
    ...source,
    item: number(sources.map((list) => list[place] ?? source)),
  }));
  if (first.kind === 'copy') return { kind: 'copy', from: renumbered };
  if (!first.parts) return { kind: 'computed', from: renumbered };
  let place = 0;
  const parts = first.parts.map((part) => (typeof part === 'string' ? part : (renumbered[place++] ?? part)));
  return { kind: 'computed', from: renumbered, parts };
}

function sourcesOf(cell: Cell): readonly CellSource[] {
  if (cell.kind === 'constant') return [];
  const sources = cell.kind === 'computed' && cell.parts ? cell.parts : cell.from;
  return sources.filter((part) => typeof part !== 'string');
}

/** All that a cell says but which places its sources stand at. */
function shapeOf(cell: Cell): string {
  if (cell.kind === 'constant') return JSON.stringify(cell.value);
  const parts = (cell.kind === 'computed' && cell.parts) || cell.from;
  const told = parts.map((part) =>
    typeof part === 'string' ? part : [part.relation, part.column, part.cleaned],
  );
  return JSON.stringify([cell.kind, cell.kind === 'computed' && cell.parts !== undefined, told]);
}

/** Rows that differ in nothing but the numbers of their places are one: every row has places of its own. */
export function distinctRows<Row extends readonly (readonly [string, Cell])[]>(
  rows: readonly Row[],
): readonly Row[] {
  if (rows.length < 2) return rows;
  const found = new Map<string, Row>();
  for (const row of rows) {
    const numbers = new Map<number, number>();
    const told = row.map(([name, cell]) => {
      const places = sourcesOf(cell).map(({ item }) => {
        const number = numbers.get(item) ?? numbers.size;
        numbers.set(item, number);
        return number;
      });
      return `${name} ${shapeOf(cell)} ${places.join()}`;
    });
    const key = told.join('\n');
    if (!found.has(key)) found.set(key, row);
  }
  return [...found.values()];
}
