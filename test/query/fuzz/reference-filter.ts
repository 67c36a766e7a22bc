import type { BoundField } from '../../../src/schema/bound-schema.js';
import type { Reference, RowValue } from './reference.js';
import { compareValues } from './rows.js';

export type FilterArgument = Readonly<Record<string, unknown>> | null | undefined;

/** Two-valued: what is unknown is not met. */
export function meetsFilter(reference: Reference, item: RowValue, filter: FilterArgument): boolean {
  if (filter === undefined || filter === null) return true;
  return Object.entries(filter).every(([name, wanted]) => {
    if (wanted === null || wanted === undefined) return true;
    const inner = wanted as Readonly<Record<string, unknown>>;
    const many = wanted as readonly FilterArgument[];
    if (name === 'and') return many.every((part) => meetsFilter(reference, item, part));
    if (name === 'or') return many.some((part) => meetsFilter(reference, item, part));
    if (name === 'not')
      return asksNothing(reference, item.type, inner) || !meetsFilter(reference, item, inner);
    return meetsField(reference, item, item.type.fields[name] as BoundField, inner);
  });
}

/** A filter that asks nothing is not there, so there is nothing to negate; that a row exists is asked by `{}`. */
function asksNothing(reference: Reference, type: RowValue['type'], filter: FilterArgument): boolean {
  return Object.entries(filter ?? {}).every(([name, value]) => {
    if (value === null || value === undefined) return true;
    const inner = value as Readonly<Record<string, unknown>>;
    if (name === 'or') return false;
    if (name === 'and') return (value as unknown[]).length === 0;
    if (name === 'not') return asksNothing(reference, type, inner);
    const field = type.fields[name];
    if (field?.kind === 'one') return false;
    return Object.entries(inner).every(([operator, part]) => {
      if (part === null || part === undefined) return true;
      if (field?.kind !== 'many' || operator !== 'every') return false;
      return asksNothing(reference, reference.rowType(field.target), part as FilterArgument);
    });
  });
}

function meetsField(
  reference: Reference,
  item: RowValue,
  field: BoundField,
  wanted: Readonly<Record<string, unknown>>,
): boolean {
  if (field.kind === 'one') {
    return reference
      .related(field.target, item, field.on, field.via)
      .some((one) => meetsFilter(reference, one, wanted));
  }
  if (field.kind === 'many') {
    const rows = reference.related(field.target, item, field.on, field.via);
    return Object.entries(wanted).every(([quantifier, filter]) => {
      if (filter === null || filter === undefined) return true;
      const met = rows.map((row) => meetsFilter(reference, row, filter as FilterArgument));
      if (quantifier === 'some') return met.includes(true);
      return quantifier === 'every' ? !met.includes(false) : !met.includes(true);
    });
  }
  const column = field.kind === 'column' ? field.column : (item.type.key[0] ?? '');
  const pgType = reference.bound.relations[item.type.model]?.columns[column]?.type ?? 'text';
  const stored = field.kind === 'column' ? reference.bound.enums[field.type] : undefined;
  const written = item.row.text[column] ?? null;
  const plain = (value: unknown): string => {
    const bare =
      field.kind === 'id' ? String(value).replace(new RegExp(`^${item.type.name}:`), '') : String(value);
    return stored?.[bare] ?? bare;
  };
  const isNumber = /int/.test(pgType);
  const order = (value: unknown): number => {
    const other = plain(value);
    if (isNumber && !/^-?\d+(\.\d+)?$/.test(other)) return NaN;
    return compareValues(written ?? '', other, pgType);
  };
  return Object.entries(wanted).every(([operator, value]) => {
    if (value === null || value === undefined) return true;
    const values = value as readonly unknown[];
    if (operator === 'isNull') return (written === null) === value;
    if (operator === 'ne') return written === null || order(value) !== 0;
    if (operator === 'notIn') return written === null || values.every((one) => order(one) !== 0);
    if (written === null) return false;
    switch (operator) {
      case 'eq':
        return order(value) === 0;
      case 'in':
        return values.some((one) => order(one) === 0);
      case 'lt':
        return order(value) < 0;
      case 'lte':
        return order(value) <= 0;
      case 'gt':
        return order(value) > 0;
      case 'gte':
        return order(value) >= 0;
      case 'between':
        return order(values[0]) >= 0 && order(values[1]) <= 0;
      case 'contains':
        return fold(written).includes(fold(value as string));
      case 'like':
        return likeness(fold(value as string)).test(fold(written));
      default:
        throw new Error(operator);
    }
  });
}

const fold = (value: string): string =>
  value
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[đĐ]/g, 'd')
    .toLowerCase();

function likeness(pattern: string): RegExp {
  const source = pattern.replace(/\\(.)|[%_]|[.*+?^${}()|[\]\\]/gs, (token, escaped: string | undefined) => {
    if (token === '%') return '[^]*';
    if (token === '_') return '[^]';
    return (escaped ?? token).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 'u');
}
