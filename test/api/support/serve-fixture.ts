import { vi } from 'vitest';
import { createKey } from '../../../src/access/key-store.js';
import { loadGeneration } from '../../../src/api/generation/load-generation.js';
import { serveApi, type RunningApi } from '../../../src/api/server.js';
import { defaultApiSettings, type ApiSettings } from '../../../src/api/settings.js';
import { silentLog, type Log } from '../../../src/api/log.js';
import { connectionOf } from '../../support/connection.js';
import { createStateDatabase, type StateDatabase } from '../../support/state-database.js';

export interface Served {
  readonly home: StateDatabase;
  readonly api: RunningApi;
  /** A key of the role admin. */
  readonly key: string;
  /** POST /graphql with the key, as JSON. */
  ask(
    this: void,
    query: string,
    variables?: Readonly<Record<string, unknown>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
  /** Resolves once a generation answers. */
  published(this: void): Promise<void>;
  close(this: void): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: {
    readonly data?: Readonly<Record<string, unknown>> | null;
    readonly errors?: readonly {
      readonly message: string;
      readonly path?: readonly (string | number)[];
      readonly extensions: Readonly<Record<string, unknown>>;
    }[];
  };
}

/** The API on a port of its own over a database of its own, before anything is published. */
export async function serveFixture(
  settings: Partial<ApiSettings> = {},
  given: Log = silentLog,
): Promise<Served> {
  const said: string[] = [];
  const log: Log = {
    ...given,
    error: (message, facts) => {
      said.push(`${message} ${JSON.stringify(facts)}`);
      given.error(message, facts);
    },
  };
  const home = await createStateDatabase();
  const { text: key } = await createKey({ database: home.database, state: home.state }, { name: 'test' });
  const api = await serveOn(home, settings, log);
  return {
    home,
    api,
    key,
    ask: (query, variables, headers) => post(api.url, key, { query, variables }, headers),
    published: () =>
      vi.waitFor(
        async () => {
          const ready = await fetch(`${api.url}/health/ready`);
          if (ready.status !== 200) throw new Error(`not ready: ${await ready.text()} ${said.join('; ')}`);
        },
        { timeout: 30_000 },
      ),
    close: async () => {
      await api.stop();
      await home.drop();
    },
  };
}

/** Another API over the same database. */
export function serveOn(
  home: StateDatabase,
  settings: Partial<ApiSettings> = {},
  log: Log = silentLog,
): Promise<RunningApi> {
  return serveApi({
    database: home.database,
    connection: connectionOf(home.test.url),
    stateSchema: 'thau',
    load: (artifacts, { keepsAnswers }) =>
      loadGeneration(artifacts, {
        timezone: 'Asia/Ho_Chi_Minh',
        stateSchema: 'thau',
        planner: { auditSubject: settings.auditSubject },
        cacheBytes: keepsAnswers ? (settings.cacheBytes ?? defaultApiSettings.cacheBytes) : 0,
      }),
    settings: { ...defaultApiSettings, port: 0, pollInterval: 60_000, ...settings },
    log,
  });
}

export async function post(
  url: string,
  key: string | undefined,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  let parsed: unknown = {};
  try {
    parsed = JSON.parse(text);
  } catch {
    // an answer that is no JSON shows in `text`
  }
  return { status: response.status, headers: response.headers, text, body: parsed as Answer['body'] };
}
