import { quoteIdentifier, quoteLiteral } from '../postgres/identifier.js';

/** One value of a key: a column, or columns and texts put together as a query does it (`channel || ':' || order_id`). */
export type Term = readonly (string | { readonly column: string })[];

export function column(name: string): Term {
  return [{ column: name }];
}

/** The column's name, where the term is one. */
export function plainColumn(term: Term | undefined): string | undefined {
  const [part, ...others] = term ?? [];
  return others.length === 0 && typeof part === 'object' ? part.column : undefined;
}

export function termColumns(terms: readonly Term[]): readonly string[] {
  return [
    ...new Set(
      terms.flatMap((term) => term.flatMap((part) => (typeof part === 'string' ? [] : part.column))),
    ),
  ];
}

/** As text, of the row `r`; without case and surrounding white space where a query cleaned it on its way. */
export function termSql(term: Term, cleaned: boolean): string {
  return term
    .map((part) => {
      if (typeof part === 'string') return quoteLiteral(cleaned ? part.toLowerCase() : part);
      const text = `r.${quoteIdentifier(part.column)}::text`;
      return cleaned ? `lower(btrim(${text}))` : text;
    })
    .join(' || ');
}

/** Whether a row's key is among those in `$parameter`, a JSON list of lists of texts. */
export function keyIsAmong(terms: readonly Term[], cleaned: boolean, parameter: number): string {
  const own = terms.map((term) => termSql(term, cleaned)).join(', ');
  const theirs = terms.map((_, index) =>
    cleaned ? `lower(btrim(v.value ->> ${index}))` : `v.value ->> ${index}`,
  );
  return `(${own}) in (select ${theirs.join(', ')} from jsonb_array_elements($${parameter}::jsonb) as v)`;
}

/** `channel+order_id` */
export function termsText(terms: readonly Term[]): string {
  return termColumns(terms).join('+');
}
