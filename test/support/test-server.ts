import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  stopEmbeddedServer,
  useEmbeddedServer,
  type EmbeddedServer,
} from '../../src/postgres/embedded/embedded-server.js';
import { Users } from '../../src/postgres/embedded/users.js';

export interface TestServer {
  readonly url: string;
  stop(this: void): Promise<void>;
}

/** Starts the embedded PostgreSQL in a temporary folder of its own, without waiting for the disk. */
export async function startTestServer(): Promise<TestServer> {
  await sweep();
  const folder = mkdtempSync(join(tmpdir(), 'thau-test-'));
  const server = await onFreePort(folder);
  const { user = '', password = '', port = 0 } = server.connection;
  return {
    url: `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await server.leave();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Ends what suites that were killed left running. */
async function sweep(): Promise<void> {
  const left = readdirSync(tmpdir()).filter((name) => name.startsWith('thau-test-'));
  for (const folder of left.map((name) => join(tmpdir(), name))) {
    try {
      const { uid, mtimeMs } = statSync(folder);
      const young = Date.now() - mtimeMs < 600_000;
      if (young || uid !== process.getuid?.() || new Users(folder).others().length > 0) continue;
      await stopEmbeddedServer(folder);
      rmSync(folder, { recursive: true, force: true });
    } catch {
      // another suite sweeps too
    }
  }
}

/** Between finding a port free and taking it another program may: then the next. */
async function onFreePort(folder: string, tries = 5): Promise<EmbeddedServer> {
  try {
    return await useEmbeddedServer({ folder, port: await freePort(), memory: 0, durable: false });
  } catch (error) {
    if (tries === 0) throw error;
    return onFreePort(folder, tries - 1);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
