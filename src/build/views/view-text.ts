import { qualifiedName, quoteIdentifier } from '../../postgres/identifier.js';

/** One column as a view must keep it: `create or replace view` may neither rename nor retype nor drop one. */
export interface Column {
  readonly name: string;
  /** As `format_type` writes it. */
  readonly type: string;
}

/** What a branch of a stable view reads, and the generation that began to show it. */
export interface Branch {
  readonly schema: string;
  readonly name: string;
  readonly since: number;
}

interface Place {
  readonly schema: string;
  readonly name: string;
}

/**
 * A stable view over one relation. A reader whose snapshot is older than the generation gets 40001 by
 * `seen()`: without it, such a reader would silently see rows of a generation not yet published for it.
 */
export function simpleView(
  state: string,
  view: Place,
  columns: readonly Column[],
  now: Branch & { readonly columns?: readonly Column[] | undefined },
): string {
  return `create or replace view ${qualifiedName(view.schema, view.name)} as
${select(columns, now, now.columns)}
where ${state}.seen(${now.since})`;
}

/**
 * A stable view that switches from one relation to another in the moment the next generation becomes visible to
 * the reader's snapshot, without being touched then. The conditions are evaluated once per query, before any row is
 * read.
 */
export function switchingView(
  state: string,
  view: Place,
  columns: readonly Column[],
  old: Branch & { readonly columns: readonly Column[] },
  next: Branch & { readonly columns?: readonly Column[] },
): string {
  const published = `${state}.published(${next.since})`;
  return `create or replace view ${qualifiedName(view.schema, view.name)} as
${select(columns, old, old.columns)}
where ${state}.seen(${old.since}) and not ${published}
union all
${select(columns, next, next.columns)}
where ${published}`;
}

/** A column that the relation lacks is null in the view's type. */
function select(columns: readonly Column[], from: Place, own?: readonly Column[]): string {
  const present = own && new Set(own.map((column) => column.name));
  const list = columns.map(({ name, type }) =>
    present && !present.has(name)
      ? `null::${type} as ${quoteIdentifier(name)}`
      : `r.${quoteIdentifier(name)}`,
  );
  return `select ${list.join(', ')} from ${qualifiedName(from.schema, from.name)} as r`;
}

/**
 * The columns a view takes when it is to show a relation with `next`: its present ones in their order, then the
 * new ones. Undefined when a present column is gone or has another type: then the view has to be made anew.
 */
export function grownColumns(
  present: readonly Column[],
  next: readonly Column[],
): readonly Column[] | undefined {
  const types = new Map(next.map((column) => [column.name, column.type]));
  if (present.some((column) => types.get(column.name) !== column.type)) return undefined;
  const known = new Set(present.map((column) => column.name));
  return [...present, ...next.filter((column) => !known.has(column.name))];
}
