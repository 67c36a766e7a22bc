import { execFileSync } from 'node:child_process';
import { startTestServer } from './test-server.js';

/** One PostgreSQL for the whole suite, or the one THAU_TEST_DATABASE_URL names. */
export default async function setup(): Promise<() => Promise<void>> {
  // once, before tests start the command line from several processes
  execFileSync(process.execPath, ['bin/compile.js'], { stdio: 'inherit' });
  if (process.env['THAU_TEST_DATABASE_URL'] !== undefined) return () => Promise.resolve();
  const server = await startTestServer();
  process.env['THAU_TEST_DATABASE_URL'] = server.url;
  return server.stop;
}
