import { execFileSync } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

/**
 * A PostgreSQL of the script's own, so that it may be killed and filled. Where this user may mount, the attacked
 * database lies on a small tmpfs, and so does the project's target folder.
 */
export async function startServer() {
  const { useEmbeddedServer } = await import('../../dist/postgres/embedded/embedded-server.js');
  const { existingHome } = await import('../../dist/postgres/embedded/home.js');
  const folder = mkdtempSync(join(tmpdir(), 'thau-chaos-server-'));
  const port = await freePort();
  const server = await useEmbeddedServer({ folder, port, memory: 256, durable: false });
  const { user, password } = server.connection;
  const urlOf = (database, at = port) =>
    `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password ?? '')}@127.0.0.1:${at}/${database}`;
  const { dataFolder } = existingHome(folder);
  const small = mountSmall(join(folder, 'small'), 128, statSync(dataFolder));
  const admin = async (text) => {
    const client = new pg.Client({ connectionString: urlOf('postgres') });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  };
  if (small) await admin(`create tablespace small location '${small.path}'`);
  return {
    port,
    urlOf,
    small,
    createDatabase: (name) =>
      admin(`create database ${name}${small && name === 'chaos' ? ' tablespace small' : ''}`),
    /** Kills the postmaster; thau's embedded server starts it again. */
    killPostmaster: () => {
      const [pid] = readFileSync(join(dataFolder, 'postmaster.pid'), 'utf8').split('\n');
      process.kill(Number(pid), 'SIGKILL');
    },
    stop: async () => {
      await server.leave();
      small?.unmount();
      rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}

/** A tmpfs of some megabytes, or undefined where this user may not mount one. */
export function mountSmall(path, megabytes, owner) {
  mkdirSync(path, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0700`, 'tmpfs', path], {
      stdio: 'pipe',
    });
  } catch {
    return undefined;
  }
  if (owner) chownSync(path, owner.uid, owner.gid);
  const ballast = join(path, 'ballast');
  return {
    path,
    /** Leaves so many bytes free, or none where another was quicker. */
    fill: (left) => {
      const { bavail, bsize } = statfsSync(path);
      try {
        writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - left)));
      } catch (error) {
        if (error.code !== 'ENOSPC') throw error;
      }
    },
    free: () => {
      if (existsSync(ballast)) rmSync(ballast);
    },
    unmount: () => execFileSync('umount', ['-l', path], { stdio: 'pipe' }),
  };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
