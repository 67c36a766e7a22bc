import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type pg from 'pg';
import type { Connection } from '../config/connection.js';
import { ThauError } from '../errors/thau-error.js';
import { parsedValues } from './values.js';

/** A connection in the words of `pg`. */
export function clientConfig(connection: Connection, applicationName: string): pg.ClientConfig {
  const config: pg.ClientConfig = {
    application_name: applicationName,
    types: parsedValues,
    keepAlive: true,
    connectionTimeoutMillis: (connection.connectTimeout ?? 10) * 1000,
  };
  if (connection.host !== undefined) config.host = connection.host;
  if (connection.port !== undefined) config.port = connection.port;
  if (connection.user !== undefined) config.user = connection.user;
  if (connection.password !== undefined) config.password = connection.password;
  if (connection.database !== undefined) config.database = connection.database;
  if (connection.options !== undefined) config.options = connection.options;
  const ssl = tls(connection);
  if (ssl !== undefined) config.ssl = ssl;
  return config;
}

/**
 * libpq's sslmode for `pg`, which cannot try both ways: `allow` and `prefer` connect without TLS, `require`
 * encrypts and checks the certificate only against a given root, as libpq does.
 */
function tls(connection: Connection): false | ConnectionOptions | undefined {
  const { sslmode, sslrootcert, sslcert, sslkey } = connection;
  if (sslmode === undefined) return undefined;
  if (sslmode === 'disable' || sslmode === 'allow' || sslmode === 'prefer') return false;
  const options: ConnectionOptions = {};
  if (sslrootcert !== undefined && sslrootcert !== 'system') options.ca = readPem(sslrootcert, 'sslrootcert');
  if (sslcert !== undefined) options.cert = readPem(sslcert, 'sslcert');
  if (sslkey !== undefined) options.key = readPem(sslkey, 'sslkey');
  if (sslmode === 'require' && sslrootcert === undefined) options.rejectUnauthorized = false;
  if (sslmode !== 'verify-full') options.checkServerIdentity = () => undefined;
  return options;
}

function readPem(file: string, setting: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ThauError('POSTGRES_TLS', `The file of ${setting} cannot be read.`, {
      at: { file },
      hint: 'Correct the path, or the rights of the file.',
      cause: error,
    });
  }
}
