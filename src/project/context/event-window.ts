import type { ManifestNode, SourceNode } from '../manifest.js';

/** A span of event time: from its start up to, and without, its end. */
export interface EventWindow {
  readonly start: Date;
  readonly end: Date;
}

/** `2026-01-31 00:00:00+00:00`: a moment as dbt writes it into SQL. */
export function sqlMoment(at: Date): string {
  const [day = '', time = ''] = at.toISOString().split('T');
  return `${day} ${time.replace(/(?:\.000)?Z$/, '')}+00:00`;
}

/** What holds of the rows of a window; the column's own type says how PostgreSQL reads the moments. */
export function windowCondition(field: string, { start, end }: EventWindow): string {
  return `${field} >= '${sqlMoment(start)}' and ${field} < '${sqlMoment(end)}'`;
}

/** The column of a node's `event_time`, for SQL: quoted where its properties say so. Undefined where it has none. */
export function eventTimeOf(node: ManifestNode | SourceNode): string | undefined {
  const name = node.config['event_time'];
  if (typeof name !== 'string' || name === '') return undefined;
  return node.columns[name]?.quote === true ? `"${name.replaceAll('"', '""')}"` : name;
}

/** The rows that are in both; an empty window where there are none. */
export function commonWindow(one: EventWindow, other: EventWindow): EventWindow {
  const start = one.start > other.start ? one.start : other.start;
  const end = one.end < other.end ? one.end : other.end;
  return { start, end };
}
