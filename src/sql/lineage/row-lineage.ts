import type { Tree } from '../parse-sql.js';
import { asKind, isTree, names, nodes, text } from '../tree.js';
import { cellOf, pairsOf } from './row-cells.js';
import { columnName } from './column-name.js';
import { distinctRows, oneWay } from './one-way.js';

/** A column of one relation at one place of FROM. */
export interface CellSource {
  /** The place: two joins of one relation are two. */
  readonly item: number;
  /** As `RelationOf` names it. */
  readonly relation: string;
  readonly column: string;
  /** It was trimmed or its case was folded on the way. */
  readonly cleaned: boolean;
}

/** What one column of a row holds: one of the sources' values or null; a constant; or something made of the sources. */
export type Cell =
  | { readonly kind: 'copy'; readonly from: readonly CellSource[] }
  | { readonly kind: 'constant'; readonly value: string | null }
  | {
      readonly kind: 'computed';
      readonly from: readonly CellSource[];
      /** It is texts and sources one after another: `channel || ':' || order_id`. */
      readonly parts?: readonly (string | CellSource)[];
    };

/** Rows that one way through the query makes: a member of a union, a row of VALUES. */
export type Branch = ReadonlyMap<string, Cell>;

/** Stored columns that a join or filter holds equal, `when` others of the same rows hold these constants. */
export interface EqualColumns {
  readonly a: CellSource;
  readonly b: CellSource;
  readonly when: readonly { readonly source: CellSource; readonly value: string }[];
}

export interface RowLineage {
  readonly branches: readonly Branch[];
  readonly equal: readonly EqualColumns[];
}

export type RelationOf = (
  schema: string | undefined,
  name: string,
) => { readonly id: string; readonly columns: readonly string[] } | undefined;

/** One item of FROM; `columns` is undefined where they cannot be known. */
export interface FromItem {
  readonly alias: string | undefined;
  readonly columns: Branch | undefined;
}

/** The items a row is made of, in order, and those of the query around it. */
export interface Combination {
  readonly items: readonly FromItem[];
  readonly outer: Combination | undefined;
}

/** A branch before it has a name for each column: a union goes by their order. */
type Row = readonly (readonly [string, Cell])[];

type Ctes = ReadonlyMap<string, readonly Row[]>;

/** More ways than this through one query are not told apart: what they have in common is. */
const mostWays = 256;

/**
 * Which rows of which relations a query's rows are made of, by the columns that reach the answer unchanged. Column
 * lineage says what a value may come from; this says in which rows it is found. Pure.
 */
export function rowLineage(tree: Tree, relationOf: RelationOf): RowLineage {
  const walk = new RowWalk(relationOf);
  const select = asKind(tree, 'SelectStmt');
  const rows = select ? distinctRows(walk.select(select, undefined, new Map())) : [];
  return { branches: rows.map((row) => new Map(row)), equal: [...walk.equal.values()] };
}

class RowWalk {
  readonly equal = new Map<string, EqualColumns>();
  private items = 0;

  constructor(private readonly relationOf: RelationOf) {}

  select(select: Tree, outer: Combination | undefined, around: Ctes): readonly Row[] {
    const ctes = this.define(select, outer, around);
    if (isTree(select['larg']) && isTree(select['rarg'])) {
      const left = this.select(select['larg'], outer, ctes);
      const named = (left[0] ?? []).map(([name]) => name);
      const right = this.select(select['rarg'], outer, ctes).map((row) => renamed(row, named));
      return [...left, ...right];
    }
    const whole: Combination = { items: [], outer };
    if (Array.isArray(select['valuesLists'])) {
      return nodes(select['valuesLists']).map((row) => {
        const cells = nodes(asKind(row, 'List')?.['items']).map((item) => cellOf(item, whole));
        return cells.map((cell, index) => [`column${index + 1}`, cell] as const);
      });
    }
    let ways: readonly Combination[] = [whole];
    for (const item of nodes(select['fromClause'])) ways = this.add(ways, item, ctes);
    for (const way of ways) this.note(select['whereClause'], way);
    const targets = nodes(select['targetList']);
    return ways.map((way) => targets.flatMap((target) => targetCells(target, way)));
  }

  private define(select: Tree, outer: Combination | undefined, around: Ctes): Ctes {
    const clause = select['withClause'];
    if (!isTree(clause)) return around;
    const ctes = new Map(around);
    for (const node of nodes(clause['ctes'])) {
      const cte = asKind(node, 'CommonTableExpr') ?? {};
      const query = asKind(cte['ctequery'], 'SelectStmt');
      const name = text(cte['ctename']) ?? '';
      // of a recursive one, the rows it begins with: the others are made of them
      const first =
        clause['recursive'] === true ? asKind({ SelectStmt: query?.['larg'] }, 'SelectStmt') : undefined;
      const found = query ? this.select(first ?? query, outer, ctes) : [];
      // rows of a query around it are told by their places
      const branches = outer ? found : distinctRows(found);
      const columns = names(cte['aliascolnames']);
      ctes.set(
        name,
        branches.map((row) => renamed(row, columns)),
      );
    }
    return ctes;
  }

  private add(ways: readonly Combination[], node: Tree, ctes: Ctes): readonly Combination[] {
    const found = ways.map((way) => this.addTo(way, node, ctes));
    const count = found.reduce((sum, some) => sum + some.length, 0);
    return count <= mostWays ? found.flat() : found.map((some) => oneWay(some, () => (this.items += 1)));
  }

  private addTo(way: Combination, node: Tree, ctes: Ctes): readonly Combination[] {
    const join = asKind(node, 'JoinExpr');
    if (join) {
      const left = isTree(join['larg']) ? this.add([way], join['larg'], ctes) : [way];
      const both = isTree(join['rarg']) ? this.add(left, join['rarg'], ctes) : left;
      for (const one of both) {
        this.note(join['quals'], one);
        for (const name of names(join['usingClause'])) this.using(name, one);
      }
      return both;
    }
    const sample = asKind(node, 'RangeTableSample');
    if (sample && isTree(sample['relation'])) return this.addTo(way, sample['relation'], ctes);
    return this.branches(node, way, ctes).map((item) => ({ ...way, items: [...way.items, item] }));
  }

  /** What an item of FROM may be, one for each way to make its rows. */
  private branches(node: Tree, way: Combination, ctes: Ctes): readonly FromItem[] {
    const [kind = ''] = Object.keys(node);
    const item = asKind(node, kind) ?? {};
    const written = isTree(item['alias']) ? item['alias'] : {};
    const columns = names(written['colnames']);
    const alias = text(written['aliasname']) ?? text(item['relname']);
    const whole = (row: Row | undefined): FromItem => ({
      alias,
      columns: row && new Map(renamed(row, columns)),
    });
    if (kind === 'RangeSubselect') {
      const select = asKind(item['subquery'], 'SelectStmt');
      return select ? this.select(select, way, ctes).map(whole) : [whole(undefined)];
    }
    if (kind !== 'RangeVar') return [whole(undefined)];
    const schema = text(item['schemaname']);
    const name = text(item['relname']) ?? '';
    const cte = schema === undefined ? ctes.get(name) : undefined;
    if (cte) return cte.length === 0 ? [whole(undefined)] : cte.map((row) => whole(this.again(row)));
    const stored = this.relationOf(schema, name);
    if (!stored) return [whole(undefined)];
    const number = (this.items += 1);
    return [
      whole(
        stored.columns.map((column) => [
          column,
          { kind: 'copy', from: [{ item: number, relation: stored.id, column, cleaned: false }] },
        ]),
      ),
    ];
  }

  /** A common table expression read once more: other rows of the same relations. */
  private again(row: Row): Row {
    const numbers = new Map<number, number>();
    const renumber = (one: CellSource): CellSource => {
      const number = numbers.get(one.item) ?? (this.items += 1);
      numbers.set(one.item, number);
      return { ...one, item: number };
    };
    return row.map(([name, cell]) => {
      if (cell.kind === 'constant') return [name, cell];
      const from = cell.from.map(renumber);
      if (cell.kind === 'copy' || !cell.parts) return [name, { ...cell, from }];
      const parts = cell.parts.map((part) => (typeof part === 'string' ? part : renumber(part)));
      return [name, { ...cell, from, parts }];
    });
  }

  private note(condition: unknown, way: Combination): void {
    for (const pair of pairsOf(condition, way)) this.equal.set(pairKey(pair), pair);
  }

  private using(name: string, way: Combination): void {
    const held = way.items.flatMap(({ columns }) => {
      const cell = columns?.get(name);
      return cell?.kind === 'copy' && cell.from.length === 1 ? [...cell.from] : [];
    });
    const [first, ...others] = held;
    for (const other of first ? others : []) {
      const pair = { a: first as CellSource, b: other, when: [] };
      this.equal.set(pairKey(pair), pair);
    }
  }
}

function targetCells(target: Tree, way: Combination): Row {
  const { name, val } = asKind(target, 'ResTarget') ?? {};
  const fields = asKind(val, 'ColumnRef')?.['fields'];
  if (nodes(fields).some((field) => 'A_Star' in field)) {
    const alias = names(fields).at(-1);
    return way.items
      .filter((item) => alias === undefined || item.alias === alias)
      .flatMap(({ columns }) => [...(columns ?? [])]);
  }
  return [[text(name) ?? columnName(val), cellOf(val, way)]];
}

function renamed(row: Row, columns: readonly string[]): Row {
  if (columns.length === 0) return row;
  return row.map(([name, cell], index) => [columns[index] ?? name, cell]);
}

function pairKey({ a, b, when }: EqualColumns): string {
  const constants = when.map(({ source, value }) => [source.relation, source.column, value]);
  return JSON.stringify([a.relation, a.column, b.relation, b.column, constants]);
}
