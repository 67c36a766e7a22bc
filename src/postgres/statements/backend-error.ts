import '../navigator.js';
import pg from 'pg';

/** https://www.postgresql.org/docs/current/protocol-error-fields.html */
const fields: Readonly<Record<string, string>> = {
  S: 'severity',
  C: 'code',
  D: 'detail',
  H: 'hint',
  P: 'position',
  p: 'internalPosition',
  q: 'internalQuery',
  W: 'where',
  s: 'schema',
  t: 'table',
  c: 'column',
  d: 'dataType',
  n: 'constraint',
  F: 'file',
  L: 'line',
  R: 'routine',
};

/** The body of an ErrorResponse as the error that `pg` makes of it. */
export function backendError(body: Buffer): pg.DatabaseError {
  const said = new Map(
    body
      .toString('utf8')
      .split('\0')
      .map((field) => [field.slice(0, 1), field.slice(1)] as const),
  );
  const error = new pg.DatabaseError(
    said.get('M') ?? 'PostgreSQL refused the statement',
    body.length,
    'error',
  );
  for (const [letter, name] of Object.entries(fields)) {
    const value = said.get(letter);
    if (value !== undefined) Object.assign(error, { [name]: value });
  }
  return error;
}
