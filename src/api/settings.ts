import { RoleBook } from '../access/role-book.js';
import type { TokenSettings } from '../access/token-verifier.js';

import type { TraceSettings } from './traces/trace-settings.js';

/** How the API serves; the defaults are `defaultApiSettings`. */
export interface ApiSettings {
  /** Address to listen on. */
  readonly host: string;
  readonly port: number;
  /** Connections to the database that answer requests. */
  readonly pool: number;
  /** Milliseconds a request's statement may run. */
  readonly statementTimeout: number;
  /** Milliseconds a request may wait for a connection before 503. */
  readonly queueTimeout: number;
  /** Bytes of a request's body. */
  readonly bodyLimit: number;
  /** Milliseconds to wait for requests in flight at the end. */
  readonly shutdownTimeout: number;
  /** Milliseconds between looks at the pointer, should a notification be lost. */
  readonly pollInterval: number;
  readonly limits: DocumentLimits;
  /** Requests without a key, where the server listens on loopback outside production. */
  readonly allowAnonymous: boolean;
  /** Whether the schema may be read through the API. */
  readonly introspection: boolean;
  /** Messages may suggest names of the schema; off in production. */
  readonly suggestions: boolean;
  /** Sites whose pages may call the API, `https://app.example.com`. */
  readonly corsOrigins: readonly string[];
  /** Named prepared statements; off behind a pooler that cannot keep them. */
  readonly prepare: boolean;
  /** Bytes of answers kept per generation; 0 keeps none. */
  readonly cacheBytes: number;
  /** The column that says whose data a row is; then record is kept of who read whose personal data. */
  readonly auditSubject: string | undefined;
  /** Milliseconds that record is kept of who read whose personal data; 0 keeps all. */
  readonly auditKeep: number;
  /** Milliseconds after which a statement is written to the log with its plan. */
  readonly slowStatement: number;
  /** Subscriptions open at once in one process; a tenth of them may be one key's. */
  readonly subscriptions: number;
  /** Documents are planned before the first one comes, which would take ten times as long; in production. */
  readonly warmUp: boolean;
  /** Undefined: no traces are made. */
  readonly traces: TraceSettings | undefined;
  readonly roles: RoleBook;
  /** Undefined: keys alone. */
  readonly tokens: TokenSettings | undefined;
}

/** What a document may ask for. */
export interface DocumentLimits {
  /** Levels of selections. */
  readonly depth: number;
  /** Fields, after fragments are spread. */
  readonly fields: number;
  /** Aliases. */
  readonly aliases: number;
  /** Root fields. */
  readonly roots: number;
  /** Directives in the document. */
  readonly directives: number;
  /** Tokens of the text, refused while it is parsed. */
  readonly tokens: number;
}

export const defaultApiSettings: ApiSettings = {
  host: '127.0.0.1',
  port: 4000,
  pool: 10,
  statementTimeout: 10_000,
  queueTimeout: 5_000,
  bodyLimit: 1_000_000,
  shutdownTimeout: 10_000,
  pollInterval: 10_000,
  limits: { depth: 15, fields: 2_000, aliases: 100, roots: 50, directives: 100, tokens: 20_000 },
  allowAnonymous: false,
  introspection: true,
  suggestions: true,
  corsOrigins: [],
  prepare: true,
  cacheBytes: 64_000_000,
  auditSubject: undefined,
  auditKeep: 730 * 86_400_000,
  slowStatement: 500,
  subscriptions: 1_000,
  warmUp: false,
  traces: undefined,
  roles: new RoleBook(),
  tokens: undefined,
};
