import type { GraphQLObjectType, GraphQLResolveInfo } from 'graphql';
import type { ColumnField } from '../../../src/schema/bound-schema.js';
import { groupByValue } from '../../../src/schema/generate-types.js';
import { selectedBelow, type Reference, type RowValue } from './reference.js';
import { compareValues } from './rows.js';

interface Key {
  readonly name: string;
  readonly column: ColumnField;
  readonly grain: string | undefined;
}

/** Groups by what is selected beneath `keys` and by `groupBy`, in the order of the keys. */
export function aggregateRows(
  reference: Reference,
  target: string,
  rows: readonly RowValue[],
  args: Readonly<Record<string, unknown>>,
  info: GraphQLResolveInfo,
): unknown {
  const { schema } = info;
  const type = schema.getType(`${target}Aggregate`) as GraphQLObjectType;
  const fields = reference.rowType(target).fields;
  const keys: Key[] = [];
  const add = (name: string, grain: string | undefined): void => {
    const column = fields[name] as ColumnField;
    if (!keys.some((key) => key.column.column === column.column && key.grain === grain))
      keys.push({ name, column, grain });
  };
  for (const selected of selectedBelow(info, type)) {
    if (selected.name !== 'keys') continue;
    const keyType = schema.getType(`${target}AggregateKeys`) as GraphQLObjectType;
    for (const key of selectedBelow(info, keyType, selected.nodes)) {
      add(key.name, (key.args['grain'] as string | null | undefined) ?? undefined);
    }
  }
  for (const value of (args['groupBy'] as readonly string[] | undefined) ?? []) {
    const name = Object.keys(fields).find((item) => groupByValue(item) === value) ?? '';
    if (!keys.some((key) => key.name === name)) add(name, undefined);
  }
  const groups = new Map<string, { values: (string | null)[]; rows: RowValue[] }>();
  if (keys.length === 0) groups.set('', { values: [], rows: [...rows] });
  for (const row of keys.length === 0 ? [] : rows) {
    const values = keys.map((key) => cut(reference, row, key));
    const id = JSON.stringify(values);
    const group = groups.get(id) ?? { values, rows: [] };
    group.rows.push(row);
    groups.set(id, group);
  }
  const sorted = [...groups.values()].sort((a, b) => {
    for (const [index, key] of keys.entries()) {
      const [x, y] = [a.values[index] ?? null, b.values[index] ?? null];
      if (x === y) continue;
      if (x === null) return 1;
      if (y === null) return -1;
      const order = compareValues(x, y, key.column.pgType);
      if (order !== 0) return order;
    }
    return 0;
  });
  const limited = typeof args['first'] === 'number' ? sorted.slice(0, args['first']) : sorted;
  return limited.map((group) => ({
    count: group.rows.length,
    keys: Object.fromEntries(
      Object.keys(fields).map((name) => [
        name,
        (given: { grain?: string | null }) => {
          const index = keys.findIndex(
            (key) =>
              key.column.column === (fields[name] as ColumnField).column &&
              key.grain === (given.grain ?? undefined),
          );
          const column = fields[name] as ColumnField;
          const value = group.values[index] ?? null;
          if (given.grain) return value;
          const [first] = group.rows;
          return first === undefined || value === null ? null : reference.value(first, column);
        },
      ]),
    ),
    ...figures(reference, fields as Record<string, ColumnField>, group.rows),
  }));
}

/** The key's text: of a time with a grain, the start of its period in Vietnam. */
function cut(reference: Reference, { row }: RowValue, { column, grain }: Key): string | null {
  const written = row.text[column.column] ?? null;
  if (written === null || grain === undefined) return written;
  if (/infinity/.test(written)) return written;
  const isDate = column.pgType === 'date';
  const json = String(row.json[column.column]);
  const local = new Date(Date.parse(isDate ? `${json}T00:00:00Z` : json) + (isDate ? 0 : 7 * 3_600_000));
  const [y, m, d, h] = [local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate(), local.getUTCHours()];
  const starts: Record<string, number> = {
    MINUTE: Date.UTC(y, m, d, h, local.getUTCMinutes()),
    HOUR: Date.UTC(y, m, d, h),
    DAY: Date.UTC(y, m, d),
    WEEK: Date.UTC(y, m, d - ((local.getUTCDay() + 6) % 7)),
    MONTH: Date.UTC(y, m),
    QUARTER: Date.UTC(y, m - (m % 3)),
    YEAR: Date.UTC(y),
  };
  const start = new Date((starts[grain] ?? 0) - (isDate ? 0 : 7 * 3_600_000)).toISOString();
  return isDate ? start.slice(0, 10) : start.replace('.000Z', '+00:00');
}

function figures(
  reference: Reference,
  fields: Readonly<Record<string, ColumnField>>,
  rows: readonly RowValue[],
): Record<string, unknown> {
  const texts = (field: ColumnField): string[] =>
    rows
      .map(({ row }) => row.text[field.column])
      .filter((value): value is string => value !== null && value !== undefined);
  const per = (make: (field: ColumnField, values: string[]) => unknown): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [
        name,
        () => {
          const values = texts(field);
          return values.length === 0 ? null : make(field, values);
        },
      ]),
    );
  const ordered = (field: ColumnField, values: string[]): string[] =>
    [...values].sort((a, b) => compareValues(a, b, field.pgType));
  const shown = (field: ColumnField, written: string | undefined): unknown => {
    const row = rows.find((item) => item.row.text[field.column] === written);
    return row === undefined ? null : reference.value(row, field);
  };
  return {
    sum: per((field, values) =>
      field.type === 'Float' ? values.reduce((sum, value) => sum + Number(value), 0) : decimalSum(values),
    ),
    avg: per((_, values) => values.reduce((sum, value) => sum + Number(value), 0) / values.length),
    median: per((field, values) => {
      const all = ordered(field, values).map(Number);
      const middle = (all.length - 1) / 2;
      const [low, high] = [all[Math.floor(middle)] ?? 0, all[Math.ceil(middle)] ?? 0];
      return low === high ? low : low + (high - low) * (middle - Math.floor(middle));
    }),
    min: per((field, values) => shown(field, ordered(field, values)[0])),
    max: per((field, values) => shown(field, ordered(field, values).at(-1))),
    countDistinct: Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, () => new Set(texts(field)).size]),
    ),
  };
}

/** Exact, with as many decimals as the longest summand has. */
function decimalSum(values: readonly string[]): string {
  if (values.some((value) => value === 'NaN')) return 'NaN';
  const scale = Math.max(...values.map((value) => value.split('.')[1]?.length ?? 0));
  const total = values.reduce((sum, value) => {
    const [whole = '0', fraction = ''] = value.split('.');
    return sum + BigInt(whole + fraction.padEnd(scale, '0'));
  }, 0n);
  const sign = total < 0n ? '-' : '';
  const digits = String(total < 0n ? -total : total).padStart(scale + 1, '0');
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
