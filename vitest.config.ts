import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // one graphql for our sources and for Apollo, which Node gives the CommonJS build
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // two on two cores as well: much of a test's time is waited for PostgreSQL, processes and their time limits
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // what is waited for comes; how soon is the machine's affair
    expect: { poll: { timeout: 30_000, interval: 20 } },
    reporters: process.env['CI'] ? ['default', './test/summary-reporter.ts'] : ['default'],
    globalSetup: ['./test/support/global-setup.ts'],
  },
});
