import { quoteIdentifier } from '../postgres/identifier.js';
import type { Place } from './places.js';

const whole = /^-?(?:0|[1-9]\d{0,17})$/;

/**
 * Whether a column of the row `r` is one of some texts, in `$parameter`: compared as what the column is, where an index
 * on it then helps.
 */
export function isOneOf(
  place: Pick<Place, 'columns'>,
  column: string,
  texts: readonly string[],
  parameter: number,
): string {
  const name = `r.${quoteIdentifier(column)}`;
  const type = place.columns.find((one) => one.name === column)?.type;
  if (type === 'text' || type?.startsWith('character varying'))
    return `${name} = any ($${parameter}::text[])`;
  if (type === 'bigint' && texts.every((text) => whole.test(text)))
    return `${name} = any ($${parameter}::text[]::bigint[])`;
  return `${name}::text = any ($${parameter}::text[])`;
}

/** Whether any of some columns is. */
export function isOneOfAny(
  place: Pick<Place, 'columns'>,
  columns: readonly string[],
  texts: readonly string[],
  parameter: number,
): string {
  return columns.map((column) => isOneOf(place, column, texts, parameter)).join(' or ');
}
