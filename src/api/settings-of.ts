import { resolve } from 'node:path';
import { RoleBook } from '../access/role-book.js';
import type { TokenSettings } from '../access/token-verifier.js';
import type { ApiOverrides } from '../config/settings.js';
import { ThauError } from '../errors/thau-error.js';
import { defaultApiSettings, type ApiSettings, type DocumentLimits } from './settings.js';

/** The API's settings: what thau.yml and the environment say over the defaults. */
export function apiSettings(set: ApiOverrides, production: boolean, projectDir = '.'): ApiSettings {
  const defaults = defaultApiSettings;
  const limits = defined<DocumentLimits>(set.limits ?? {});
  const settings = {
    ...defaults,
    suggestions: !production,
    warmUp: production,
    ...defined<ApiSettings>({
      host: set.host,
      port: set.port,
      pool: set.pool,
      statementTimeout: set.statement_timeout,
      queueTimeout: set.queue_timeout,
      bodyLimit: set.body_limit,
      shutdownTimeout: set.shutdown_timeout,
      pollInterval: set.poll_interval,
      introspection: set.introspection,
      suggestions: set.suggestions,
      corsOrigins: set.cors_origins,
      prepare: set.prepare,
      cacheBytes: set.cache_bytes,
      auditSubject: set.audit_subject,
      auditKeep: set.audit_keep,
      slowStatement: set.slow_statement,
      subscriptions: set.subscriptions,
    }),
    limits: { ...defaults.limits, ...limits },
    roles: new RoleBook(set.roles),
    tokens: tokenSettings(set.tokens, projectDir),
  };
  const open = set.allow_anonymous === true && !production && isLoopback(settings.host);
  return { ...settings, allowAnonymous: open };
}

function tokenSettings(set: ApiOverrides['tokens'], projectDir: string): TokenSettings | undefined {
  if (set === undefined) return undefined;
  const { keys: where, secret, issuer, audience, role_claim: roleClaim } = set;
  const keys = where === undefined || /^https?:/.test(where) ? where : resolve(projectDir, where);
  if ((keys === undefined) === (secret === undefined)) {
    throw new ThauError('ACCESS_TOKEN_SETTINGS', 'Tokens are taken by keys or by a secret: one of them.', {
      hint: 'Set `api.tokens.keys`, or THAU_API_TOKENS_SECRET in the environment.',
    });
  }
  return defined<TokenSettings>({ keys, secret, issuer, audience, roleClaim });
}

/** Whether only this machine reaches an address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** What is set. */
function defined<T>(values: { readonly [Key in keyof T]?: T[Key] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}
