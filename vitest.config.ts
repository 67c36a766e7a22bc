import { defineConfig } from 'vitest/config';

export default defineConfig({
  // one graphql for our sources and for Apollo, which Node gives the CommonJS build
  resolve: { alias: [{ find: /^graphql$/, replacement: 'graphql/index.js' }] },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: process.env['CI'] ? ['default', './test/summary-reporter.ts'] : ['default'],
    globalSetup: ['./test/support/global-setup.ts'],
  },
});
