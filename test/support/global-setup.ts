import { execFileSync } from 'node:child_process';
import { createStateDatabase } from './state-database.js';
import { startTestServer } from './test-server.js';

/** One PostgreSQL for the whole suite, or the one THAU_TEST_DATABASE_URL names; and a template with thau's own tables. */
export default async function setup(): Promise<() => Promise<void>> {
  // once, before tests start the command line from several processes
  execFileSync(process.execPath, ['bin/compile.js'], { stdio: 'inherit' });
  const stop = await useServer();
  const { test, database } = await createStateDatabase();
  await database.close();
  process.env['THAU_TEST_STATE_TEMPLATE'] = test.name;
  return async () => {
    await test.drop();
    await stop();
  };
}

async function useServer(): Promise<() => Promise<void>> {
  if (process.env['THAU_TEST_DATABASE_URL'] !== undefined) return () => Promise.resolve();
  const server = await startTestServer();
  process.env['THAU_TEST_DATABASE_URL'] = server.url;
  return server.stop;
}
