import './navigator.js';
import pg from 'pg';

/** What PostgreSQL said, field by field: https://www.postgresql.org/docs/current/protocol-error-fields.html */
export interface Fault {
  readonly sqlstate: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  /** Counts characters from 1 in the statement's text. */
  readonly position?: number;
  /** The statement that `internalPosition` counts in: one inside a function. */
  readonly internalQuery?: string;
  readonly internalPosition?: number;
  /** The call stack inside the server. */
  readonly where?: string;
  readonly schema?: string;
  readonly table?: string;
  readonly column?: string;
  readonly constraint?: string;
}

/** The fault behind an error thrown by this folder (or by `pg` itself); undefined when PostgreSQL said nothing. */
export function faultOf(error: unknown): Fault | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof pg.DatabaseError) return toFault(at);
  }
  return undefined;
}

function toFault(error: pg.DatabaseError): Fault {
  const fault: { -readonly [Key in keyof Fault]: Fault[Key] } = {
    sqlstate: error.code ?? 'XX000',
    message: error.message,
  };
  for (const key of [
    'detail',
    'hint',
    'internalQuery',
    'where',
    'schema',
    'table',
    'column',
    'constraint',
  ] as const) {
    const value = error[key];
    if (value !== undefined) fault[key] = value;
  }
  for (const key of ['position', 'internalPosition'] as const) {
    const value = error[key];
    if (value !== undefined) fault[key] = Number(value);
  }
  return fault;
}
