/** How far TLS goes, in libpq's words: https://www.postgresql.org/docs/current/libpq-ssl.html */
export type SslMode = 'disable' | 'allow' | 'prefer' | 'require' | 'verify-ca' | 'verify-full';

/** Where PostgreSQL is, and as whom thau connects. What is left out is libpq's default (PGUSER, PGPASSWORD, ~/.pgpass). */
export interface Connection {
  /** A name, an address, or the folder of a Unix socket. */
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  readonly sslmode?: SslMode;
  /** Files in PEM. */
  readonly sslrootcert?: string;
  readonly sslcert?: string;
  readonly sslkey?: string;
  /** `set role` after connecting, as dbt's `role`. */
  readonly role?: string;
  readonly searchPath?: string;
  /** Seconds to wait for an answer while connecting; 10 unless given. */
  readonly connectTimeout?: number;
  /** Server settings for every session, as libpq's `options`: `-c work_mem=64MB`. */
  readonly options?: string;
}

/** `user@host:5432/database`, without the password: for messages. */
export function describeConnection(connection: Connection): string {
  const user = connection.user === undefined ? '' : `${connection.user}@`;
  const host = connection.host ?? 'localhost';
  return `${user}${host}:${connection.port ?? 5432}/${connection.database ?? connection.user ?? ''}`;
}
