import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/** A PostgreSQL for one comparison; `database(name, profile)` makes a database and a profiles.yml that names it. */
export async function startServer() {
  // not before thau is compiled, which a fresh clone is not
  const { useEmbeddedServer } = await import('../../dist/postgres/embedded/embedded-server.js');
  const folder = mkdtempSync(join(tmpdir(), 'thau-compat-pg-'));
  const server = await useEmbeddedServer({ folder, port: await freePort(), memory: 0, durable: false });
  const { user, password, port } = server.connection;
  const url = (name) => `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${name}`;
  return {
    async database(name, profile) {
      await query(url('postgres'), `create database "${name}"`);
      const profiles = mkdtempSync(join(tmpdir(), 'thau-compat-profiles-'));
      const output = {
        type: 'postgres',
        host: '127.0.0.1',
        port,
        user,
        password,
        dbname: name,
        schema: 'analytics',
        threads: 2,
      };
      writeFileSync(
        join(profiles, 'profiles.yml'),
        JSON.stringify({ [profile]: { target: 'dev', outputs: { dev: output } } }),
      );
      // what projects of the public ask of the environment
      const env = {
        POSTGRES_TEST_HOST: '127.0.0.1',
        POSTGRES_TEST_USER: user,
        POSTGRES_TEST_PASS: password,
        DBT_ENV_SECRET_POSTGRES_PASS: password,
        POSTGRES_TEST_PORT: String(port),
        POSTGRES_TEST_DBNAME: name,
      };
      return { url: url(name), profiles, env, query: (text) => query(url(name), text) };
    },
    async stop() {
      await server.leave();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function query(url, text) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

function freePort() {
  return new Promise((done, failed) => {
    const server = createServer().on('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}
