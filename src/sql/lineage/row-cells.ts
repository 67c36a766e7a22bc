import { asKind, isTree, names, nodes, text } from '../tree.js';
import type { Cell, CellSource, Combination, EqualColumns, FromItem } from './row-lineage.js';

const mostSources = 40;

const nothing: Cell = { kind: 'constant', value: null };

/** What an expression holds in a row made of these items. */
export function cellOf(expression: unknown, way: Combination): Cell {
  if (!isTree(expression)) return nothing;
  const [kind = ''] = Object.keys(expression);
  const body = asKind(expression, kind) ?? {};
  switch (kind) {
    case 'ColumnRef':
      return lookUp(names(body['fields']), way) ?? { kind: 'computed', from: [] };
    case 'A_Const':
      return { kind: 'constant', value: constant(body) };
    case 'TypeCast':
    case 'CollateClause':
      return cellOf(body['arg'], way);
    case 'FuncCall':
      return cleaned(body, way) ?? computed(expression, way);
    case 'A_Expr': {
      const parts = together(body, way);
      if (parts) return parts;
      if (body['kind'] !== 'AEXPR_NULLIF') return computed(expression, way);
      const cell = cellOf(body['lexpr'], way);
      return cell.kind === 'copy' ? cell : computed(expression, way);
    }
    case 'CoalesceExpr':
      return oneOf(nodes(body['args']), way) ?? computed(expression, way);
    case 'CaseExpr': {
      const results = nodes(body['args']).map((when) => asKind(when, 'CaseWhen')?.['result']);
      return oneOf([...results, body['defresult']], way) ?? computed(expression, way);
    }
    default:
      return computed(expression, way);
  }
}

/** The stored columns that a condition holds equal. */
export function pairsOf(condition: unknown, way: Combination): readonly EqualColumns[] {
  const parts = conjuncts(condition).flatMap((part) => {
    const equal = asKind(part, 'A_Expr');
    const isEqual = equal?.['kind'] === 'AEXPR_OP' && names(equal['name']).at(-1) === '=';
    return isEqual ? [[cellOf(equal['lexpr'], way), cellOf(equal['rexpr'], way)] as const] : [];
  });
  const constants = parts.flatMap(([a, b]) => [...fixed(a, b), ...fixed(b, a)]);
  return parts.flatMap(([a, b]) => {
    if (a.kind !== 'copy' || b.kind !== 'copy') return [];
    return a.from.flatMap((left) =>
      b.from.map((right) => ({
        a: left,
        b: right,
        when: constants.filter(({ source }) => source.item === left.item || source.item === right.item),
      })),
    );
  });
}

function conjuncts(condition: unknown): readonly unknown[] {
  const all = asKind(condition, 'BoolExpr');
  return all?.['boolop'] === 'AND_EXPR' ? nodes(all['args']).flatMap(conjuncts) : [condition];
}

/** `column = 'constant'` */
function fixed(column: Cell, other: Cell): EqualColumns['when'] {
  if (column.kind !== 'copy' || other.kind !== 'constant' || other.value === null) return [];
  const { value } = other;
  return column.from.map((source) => ({ source, value }));
}

/** `lower(channel) || ':' || order_id` */
function together(body: Readonly<Record<string, unknown>>, way: Combination): Cell | undefined {
  if (body['kind'] !== 'AEXPR_OP' || names(body['name']).at(-1) !== '||') return undefined;
  const left = partsOf(cellOf(body['lexpr'], way));
  const right = partsOf(cellOf(body['rexpr'], way));
  if (!left || !right) return undefined;
  const parts = [...left, ...right];
  const from = parts.filter((part): part is CellSource => typeof part !== 'string');
  return from.length === 0 ? undefined : { kind: 'computed', from, parts };
}

function partsOf(cell: Cell): readonly (string | CellSource)[] | undefined {
  if (cell.kind === 'constant') return cell.value === null ? undefined : [cell.value];
  if (cell.kind === 'computed') return cell.parts;
  return cell.from.length === 1 ? cell.from : undefined;
}

/** Trimming and folding of case keep what a value says. */
function cleaned(call: Readonly<Record<string, unknown>>, way: Combination): Cell | undefined {
  const [argument, ...others] = nodes(call['args']);
  const name = names(call['funcname']).at(-1) ?? '';
  if (others.length > 0 || !['btrim', 'ltrim', 'rtrim', 'lower', 'upper'].includes(name)) return undefined;
  const cell = cellOf(argument, way);
  if (cell.kind !== 'copy') return undefined;
  return { kind: 'copy', from: cell.from.map((one) => ({ ...one, cleaned: true })) };
}

/** One of several values: a copy when each is, or is null. */
function oneOf(values: readonly unknown[], way: Combination): Cell | undefined {
  const cells = values
    .map((value) => cellOf(value, way))
    .filter((cell) => cell.kind !== 'constant' || cell.value !== null);
  if (cells.length === 0) return nothing;
  if (!cells.every((cell) => cell.kind === 'copy')) return undefined;
  return { kind: 'copy', from: distinct(cells.flatMap((cell) => cell.from)) };
}

function computed(expression: unknown, way: Combination): Cell {
  const from: CellSource[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit);
    if (!isTree(node)) return;
    const reference = asKind(node, 'ColumnRef');
    const cell = reference && lookUp(names(reference['fields']), way);
    if (cell && cell.kind !== 'constant') from.push(...cell.from);
    if (!reference) Object.values(node).forEach(visit);
  };
  visit(expression);
  const sources = distinct(from);
  // so much goes into a statistic; no key is put together from it
  return { kind: 'computed', from: sources.length > mostSources ? [] : sources };
}

function lookUp(parts: readonly string[], way: Combination | undefined): Cell | undefined {
  if (!way) return undefined;
  const [name = '', alias] = [...parts].reverse();
  const holds = ({ columns, alias: its }: FromItem): boolean =>
    (alias === undefined || its === alias) && columns?.has(name) === true;
  return way.items.find(holds)?.columns?.get(name) ?? lookUp(parts, way.outer);
}

function constant(body: Readonly<Record<string, unknown>>): string | null {
  if (body['isnull'] === true) return null;
  for (const kind of ['sval', 'ival', 'fval', 'boolval', 'bsval']) {
    const held = body[kind];
    if (!isTree(held)) continue;
    const value = held[kind];
    // a value that is zero, false or empty is left out of the tree
    if (value === undefined) return kind === 'ival' ? '0' : kind === 'boolval' ? 'false' : '';
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : (text(value) ?? '');
  }
  return null;
}

function distinct(from: readonly CellSource[]): readonly CellSource[] {
  return [...new Map(from.map((one) => [JSON.stringify(one), one])).values()];
}
