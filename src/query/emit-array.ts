import { sql, text, type Part } from './text-parts.js';

/**
 * `[…]` of one item a row. The brackets are parts of their own: they melt into the fixed text around the array, where an
 * operator for each would copy the whole array once more.
 */
export const jsonArray = (item: string, from: string, order = ''): readonly Part[] => [
  text('['),
  sql(`(select coalesce(string_agg(${item},','${order}),'') from ${from})`),
  text(']'),
];
