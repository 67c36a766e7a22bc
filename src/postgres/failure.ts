import type { Code } from '../errors/codes.js';
import { excerpt } from '../errors/excerpt.js';
import { ThauError, type ThauErrorOptions } from '../errors/thau-error.js';
import { faultOf, type Fault } from './fault.js';

/**
 * An error of `pg` as a ThauError: code by SQLSTATE, PostgreSQL's own message, hint and detail, the lines of the
 * statement around the position. The first error stays as `cause`; `faultOf()` reads it.
 */
export function failure(error: unknown, text?: string): ThauError {
  if (error instanceof ThauError) return error;
  const fault = faultOf(error);
  if (fault === undefined) return socketFailure(error);
  const options: { -readonly [Key in keyof ThauErrorOptions]: ThauErrorOptions[Key] } = {
    cause: error,
    notes: notesOf(fault),
  };
  const hint = fault.hint ?? hints[codeOf(fault)];
  if (hint !== undefined) options.hint = hint;
  if (text !== undefined && fault.position !== undefined) {
    const place = lineAndColumn(text, fault.position);
    options.excerpt = excerpt(text, place.line, place.column);
  }
  const made = new ThauError(codeOf(fault), sentence(fault.message), options);
  if (text !== undefined) statements.set(made, text);
  return made;
}

/** The statement that PostgreSQL refused: the text in which the fault's `position` counts. */
export function statementOf(error: ThauError): string | undefined {
  return statements.get(error);
}

const statements = new WeakMap<ThauError, string>();

/** Where the `position`th character (from 1, surrogate pairs counting one) stands in a text. */
export function lineAndColumn(text: string, position: number): { line: number; column: number } {
  const before = Array.from(text).slice(0, position - 1);
  const line = before.filter((char) => char === '\n').length + 1;
  return { line, column: before.length - before.lastIndexOf('\n') };
}

const byState: Readonly<Record<string, Code>> = {
  '28P01': 'POSTGRES_WRONG_PASSWORD',
  '28000': 'POSTGRES_WRONG_PASSWORD',
  '3D000': 'POSTGRES_DATABASE_MISSING',
  '57P01': 'POSTGRES_CONNECTION_LOST',
  '57P02': 'POSTGRES_CONNECTION_LOST',
  '57P03': 'POSTGRES_STARTING',
  '57P05': 'POSTGRES_CONNECTION_LOST',
  '57014': 'POSTGRES_CANCELLED',
  '53300': 'POSTGRES_TOO_MANY_CONNECTIONS',
  '55P03': 'POSTGRES_LOCK_TIMEOUT',
  '40001': 'POSTGRES_CONFLICT',
  '40P01': 'POSTGRES_CONFLICT',
  '25006': 'POSTGRES_READ_ONLY',
  '42501': 'POSTGRES_PERMISSION',
  '42601': 'POSTGRES_SYNTAX',
  '42P01': 'POSTGRES_UNDEFINED',
  '42703': 'POSTGRES_UNDEFINED',
  '42704': 'POSTGRES_UNDEFINED',
  '42883': 'POSTGRES_UNDEFINED',
  '3F000': 'POSTGRES_UNDEFINED',
  '42P02': 'POSTGRES_UNDEFINED',
  '42P06': 'POSTGRES_DUPLICATE',
  '42P07': 'POSTGRES_DUPLICATE',
  '42701': 'POSTGRES_DUPLICATE',
  '42710': 'POSTGRES_DUPLICATE',
  '42723': 'POSTGRES_DUPLICATE',
  '42804': 'POSTGRES_TYPE',
  '42846': 'POSTGRES_TYPE',
  '42P18': 'POSTGRES_TYPE',
};
const byClass: Readonly<Record<string, Code>> = {
  '08': 'POSTGRES_CONNECTION_LOST',
  '22': 'POSTGRES_DATA',
  '23': 'POSTGRES_CONSTRAINT',
  '42': 'POSTGRES_SYNTAX',
  '53': 'POSTGRES_RESOURCES',
  '54': 'POSTGRES_RESOURCES',
  '58': 'POSTGRES_RESOURCES',
};
const hints: { readonly [C in Code]?: string } = {
  POSTGRES_WRONG_PASSWORD: 'Check user and password in DATABASE_URL or profiles.yml.',
  POSTGRES_DATABASE_MISSING: 'Create the database, or correct its name in DATABASE_URL or profiles.yml.',
  POSTGRES_CONNECTION_LOST: 'See the log of PostgreSQL, then run again.',
  POSTGRES_STARTING: 'Wait until PostgreSQL accepts connections, then run again.',
  POSTGRES_TOO_MANY_CONNECTIONS: 'Lower database.pool or threads, or raise max_connections.',
  POSTGRES_READ_ONLY:
    'Connect to the primary server, or as a role whose default_transaction_read_only is off.',
  POSTGRES_PERMISSION: 'Grant the right to the role thau connects as, or use another role.',
};

function codeOf(fault: Fault): Code {
  return byState[fault.sqlstate] ?? byClass[fault.sqlstate.slice(0, 2)] ?? 'POSTGRES_FAILED';
}

function notesOf(fault: Fault): string[] {
  const notes = [`SQLSTATE ${fault.sqlstate}`];
  if (fault.detail !== undefined) notes.push(`detail: ${fault.detail}`);
  if (fault.where !== undefined) notes.push(`where: ${fault.where.split('\n').slice(0, 4).join('; ')}`);
  return notes;
}

function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

/** Errors of the socket, before PostgreSQL could say anything, or after it went. */
function socketFailure(error: unknown): ThauError {
  const first =
    error instanceof AggregateError && error.errors.length > 0 ? (error.errors[0] as unknown) : error;
  const code = first instanceof Error && 'code' in first ? String(first.code) : '';
  const message = first instanceof Error ? first.message : String(first);
  const make = (as: Code, text: string, hint: string): ThauError =>
    new ThauError(as, text, { hint, cause: error });
  if (code === 'ECONNREFUSED' || code === 'ENOENT' || code === 'EACCES') {
    return make(
      'POSTGRES_CONNECTION_REFUSED',
      `PostgreSQL refused the connection (${message}).`,
      'Is it running, and are host and port right? Without DATABASE_URL and profile thau brings its own.',
    );
  }
  if (['ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'].includes(code)) {
    return make(
      'POSTGRES_UNREACHABLE',
      `The database host cannot be reached (${message}).`,
      'Check host name and network.',
    );
  }
  if (/timeout expired|timeout exceeded when trying to connect|due to connection timeout/i.test(message)) {
    return make(
      'POSTGRES_UNREACHABLE',
      'PostgreSQL did not answer in time.',
      'Check host, port and network.',
    );
  }
  if (
    /SSL|TLS|certificate|self.signed/i.test(message) ||
    code.startsWith('ERR_TLS') ||
    code.includes('CERT')
  ) {
    return make(
      'POSTGRES_TLS',
      `The encrypted connection failed (${message}).`,
      'Set sslmode and sslrootcert as the server needs.',
    );
  }
  if (
    code === 'ECONNRESET' ||
    code === 'EPIPE' ||
    /terminated|not queryable|has been closed|was closed/i.test(message)
  ) {
    return make(
      'POSTGRES_CONNECTION_LOST',
      `The connection to PostgreSQL broke (${message}).`,
      'See the log of PostgreSQL, then run again.',
    );
  }
  if (/password|SASL/i.test(message)) {
    return make(
      'POSTGRES_WRONG_PASSWORD',
      `PostgreSQL wants a password (${message}).`,
      'Give it in DATABASE_URL or profiles.yml.',
    );
  }
  return make('POSTGRES_FAILED', sentence(message), 'Run again with --debug to see where it comes from.');
}
