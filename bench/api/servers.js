// The servers that are compared, all over the same tables: thau live (nothing kept in memory), thau with its answer cache
// and thau with the customer's document ready (`serve: document`), the floor, and PostGraphile where it is installed.
import { existsSync, readFileSync } from 'node:fs';
import { bodyOf } from './requests.js';
import { output, startServer } from './processes.js';
import { publish } from './setup.js';

const here = import.meta.dirname;
const root = `${here}/../..`;
const peers = `${here}/peers`;

const thau = (...args) => [
  process.execPath,
  [`${root}/bin/thau.js`, '--project-dir', `${here}/project`, ...args],
];

/** `{live, cached, document, floor, postgraphile}`, those of `wanted` that can be had, ready. `own` is thau's own schema. */
export async function startServers(url, wanted, { firstPort = 4_801, own = 'thau' } = {}) {
  const base = { ...process.env, DATABASE_URL: url, NODE_ENV: 'production', NO_COLOR: '1' };
  const servers = {};
  let port = firstPort;
  const keys = {};
  for (const state of [own, 'thau_documents']) {
    if (state !== own && !wanted.includes('document')) continue;
    const env = { ...base, THAU_DATABASE_STATE_SCHEMA: state };
    keys[state] = (await output(...thau('key', 'create', '--name', 'bench'), env)).trim();
    await publish(url, {
      state,
      ...(state !== own && { documents: readFileSync(`${here}/documents.graphql`, 'utf8') }),
    });
  }
  const start = (name, more) => {
    const at = String(port++);
    const { command, env = {}, sign, ...rest } = more(at);
    servers[name] = {
      name,
      port: Number(at),
      dialect: 'thau',
      ...startServer(...command, { ...base, ...env }, sign),
      ...rest,
    };
  };
  const thauServer = (env, key) => (at) => ({
    command: thau('serve'),
    env: { ...env, PORT: at },
    sign: /GraphQL at/,
    key,
    // of the connections that answer requests
    application: 'thau api',
  });
  if (wanted.includes('live'))
    start('live', thauServer({ THAU_DATABASE_STATE_SCHEMA: own, THAU_API_CACHE_BYTES: '0' }, keys[own]));
  if (wanted.includes('cached'))
    start(
      'cached',
      thauServer({ THAU_DATABASE_STATE_SCHEMA: own, THAU_API_CACHE_BYTES: '64000000' }, keys[own]),
    );
  if (wanted.includes('document')) {
    start(
      'document',
      thauServer(
        { THAU_API_CACHE_BYTES: '0', THAU_DATABASE_STATE_SCHEMA: 'thau_documents' },
        keys.thau_documents,
      ),
    );
  }
  if (wanted.includes('floor')) {
    start('floor', (at) => ({
      command: [process.execPath, [`${here}/floor.js`, at, url, keys[own], own]],
      sign: /listening/,
      key: keys[own],
      application: 'floor',
    }));
  }
  const node22 = `${peers}/node_modules/node/bin/node`;
  if (wanted.includes('postgraphile')) {
    if (existsSync(node22) && existsSync(`${peers}/node_modules/postgraphile`)) {
      start('postgraphile', (at) => ({
        command: [node22, [`${peers}/postgraphile.js`, at, url]],
        sign: /listening/,
        key: '',
        dialect: 'postgraphile',
        application: 'postgraphile',
      }));
    } else {
      console.error(
        'PostGraphile is not installed and left out; `npm ci --prefix bench/api/peers` installs it, with Node 22.',
      );
    }
  }
  await Promise.all(Object.values(servers).map(({ ready }) => ready));
  return servers;
}

/** One answer, parsed. */
export async function ask(server, request, variables) {
  const answer = await fetch(`http://127.0.0.1:${server.port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${server.key}` },
    body: bodyOf(request, server.dialect, variables),
  });
  return answer.json();
}

export function stopServers(servers) {
  for (const { child } of Object.values(servers)) child.kill('SIGTERM');
}
