import { ThauError, type Place } from '../errors/thau-error.js';
import { didYouMean } from '../errors/suggest.js';
import type { Connection, SslMode } from './connection.js';

const sslModes: readonly SslMode[] = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];

/**
 * `postgres://user:password@host:5432/database?sslmode=require`, with libpq's parameters: host (a folder is a Unix
 * socket), port, user, password, dbname, sslmode, sslrootcert, sslcert, sslkey, connect_timeout, options.
 * `from` names where it was written; the URL itself never stands in a message, since it may hold a password.
 */
export function parseConnectionUrl(url: string, from: string, at?: Place): Connection {
  const wrong = (message: string, hint?: string): ThauError =>
    new ThauError('CONFIG_DATABASE_URL', `${from} ${message}.`, {
      hint:
        hint ??
        'Write it as postgres://user:password@host:5432/database; encode special characters as %40 and so on.',
      ...(at && { at }),
    });
  let parsed: URL;
  try {
    // an empty host (`postgres:///db?host=/run/postgresql`) is legal for libpq
    parsed = new URL(url.trim());
  } catch {
    throw wrong('is not a URL');
  }
  if (parsed.protocol !== 'postgres:' && parsed.protocol !== 'postgresql:') {
    throw wrong(`begins with "${parsed.protocol}", not with "postgres:"`);
  }
  const decode = (text: string): string => {
    try {
      return decodeURIComponent(text);
    } catch {
      throw wrong('has a % that encodes nothing', 'Write a % in a password as %25.');
    }
  };
  const given: Record<string, string> = {};
  for (const [key, value] of parsed.searchParams) {
    const known = parameters[key];
    if (known === undefined)
      throw wrong(`has an unknown parameter "${key}"`, didYouMean(key, Object.keys(parameters)));
    if (known !== '') given[known] = value;
  }
  const host = given['host'] ?? decode(parsed.hostname.replace(/^\[(.*)\]$/, '$1'));
  const port = given['port'] ?? parsed.port;
  const user = given['user'] ?? decode(parsed.username);
  const password = given['password'] ?? decode(parsed.password);
  const database = given['database'] ?? decode(parsed.pathname.slice(1));
  const { sslmode, connectTimeout, ...rest } = given;
  if (sslmode !== undefined && !sslModes.includes(sslmode as SslMode)) {
    throw wrong(`has an unknown sslmode "${sslmode}"`, `It is one of ${sslModes.join(', ')}.`);
  }
  return {
    ...rest,
    ...(host !== '' && { host }),
    ...(port !== '' && { port: Number(port) }),
    ...(user !== '' && { user }),
    ...(password !== '' && { password }),
    ...(database !== '' && { database }),
    ...(sslmode !== undefined && { sslmode: sslmode as SslMode }),
    ...(connectTimeout !== undefined && { connectTimeout: Number(connectTimeout) }),
  };
}

/** libpq's names to ours; what means nothing to us (`application_name` is ours to set) is let pass. */
const parameters: Readonly<Record<string, string>> = {
  host: 'host',
  port: 'port',
  user: 'user',
  password: 'password',
  dbname: 'database',
  sslmode: 'sslmode',
  sslrootcert: 'sslrootcert',
  sslcert: 'sslcert',
  sslkey: 'sslkey',
  connect_timeout: 'connectTimeout',
  options: 'options',
  application_name: '',
  channel_binding: '',
  target_session_attrs: '',
  gssencmode: '',
  keepalives: '',
  pgbouncer: '',
  schema: '',
};
