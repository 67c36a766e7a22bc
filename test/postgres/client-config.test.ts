import { expect, test } from 'vitest';
import type { SslMode } from '../../src/config/connection.js';
import { clientConfig } from '../../src/postgres/client-config.js';
import { Database } from '../../src/postgres/database.js';
import { connectionOf } from '../support/connection.js';
import { createTestDatabase } from '../support/test-database.js';

test('sslmode means what libpq means by it', () => {
  const ssl = (sslmode: SslMode | undefined, more = {}): unknown =>
    clientConfig({ host: 'h', ...(sslmode && { sslmode }), ...more }, 'thau').ssl;
  expect(ssl(undefined)).toBeUndefined();
  expect([ssl('disable'), ssl('allow'), ssl('prefer')]).toEqual([false, false, false]);
  expect(ssl('require')).toMatchObject({ rejectUnauthorized: false });
  expect(ssl('verify-full')).toEqual({});
  expect(ssl('verify-ca')).not.toHaveProperty('rejectUnauthorized');
  expect(ssl('require', { sslrootcert: 'package.json' })).not.toHaveProperty('rejectUnauthorized');
  expect(() => ssl('verify-full', { sslrootcert: '/no/such.pem' })).toThrow(
    'The file of sslrootcert cannot be read.',
  );
});

test('TLS asked of a server without it is an error of its own', async () => {
  const scratch = await createTestDatabase();
  const database = new Database({ connection: { ...connectionOf(scratch.url), sslmode: 'require' } });
  await expect(database.query('select 1')).rejects.toMatchObject({ code: 'POSTGRES_TLS' });
  await database.close();
  await scratch.drop();
});
