import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection } from '../../config/connection.js';
import { Database } from '../database.js';
import { adoptData } from './adopt.js';
import { copyBinaries, installedBinaries, makeLibraryLinks, type Binaries } from './binaries.js';
import { withFileLock } from './file-lock.js';
import { existingHome, homeFor, makeBase, socketFolder, type Home } from './home.js';
import { embeddedUser, initializeCluster } from './initialize.js';
import { thisMachine } from './machine.js';
import {
  runningPostmaster,
  runProgram,
  startPostmaster,
  stopPostmaster,
  type Postmaster,
} from './postmaster.js';
import { processExists, until } from './processes.js';
import { chooseRunner, type Runner } from './runner.js';
import { configurationFile, serverSettings } from './server-settings.js';
import { Users } from './users.js';

export interface EmbeddedOptions {
  /** Folder of everything that belongs to the server, made if need be. */
  readonly folder: string;
  /** TCP on 127.0.0.1 for SQL clients; 0 for a Unix socket alone. */
  readonly port: number;
  /** Megabytes to plan with; 0 decides by the machine. */
  readonly memory: number;
  /** false: do not wait for the disk. For tests. */
  readonly durable: boolean;
  readonly log?: (message: string) => void;
}

/** A process's use of an embedded server. */
export interface EmbeddedServer {
  readonly connection: Connection;
  /** True when this process started it, false when it was running. */
  readonly started: boolean;
  /** Ends the use; the last user stops the server. */
  leave(): Promise<void>;
}

/**
 * The PostgreSQL of npm's packages, running over `folder`: attached to when it runs, else started, with its data
 * made at first. Safe to call from several processes at once, and after any of them or the server was killed.
 */
export async function useEmbeddedServer(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const base = makeBase(options.folder);
  const { lockFile, passwordFile } = existingHome(base);
  const users = new Users(base);
  const { postmaster, started } = await withFileLock(lockFile, async () => {
    users.enter();
    try {
      const running = await answeringPostmaster(existingHome(base));
      return running
        ? { postmaster: running, started: false }
        : { postmaster: await start(base, options), started: true };
    } catch (error) {
      users.leave();
      throw error;
    }
  });
  const unwatch = keepRunning(base, options);
  return {
    connection: connectionTo(postmaster, readFileSync(passwordFile, 'utf8')),
    started,
    leave: async () => {
      await unwatch();
      await withFileLock(lockFile, async () => {
        users.leave();
        if (users.others().length > 0) return;
        await stopPostmaster(existingHome(base).dataFolder, installedBinaries());
      });
    },
  };
}

/** Starts the server again when it dies under its users: whoever looks first does it. Answers how to stop looking. */
function keepRunning(base: string, options: EmbeddedOptions): () => Promise<void> {
  let looking: Promise<void> | undefined;
  const runs = (): boolean => runningPostmaster(existingHome(base).dataFolder) !== undefined;
  const look = async (): Promise<void> => {
    if (runs()) return;
    try {
      await withFileLock(existingHome(base).lockFile, async () => {
        if (!runs()) await start(base, options);
      });
    } catch (error) {
      // told, and tried again: a full disk may be emptied
      options.log?.(error instanceof Error ? error.message : String(error));
    }
  };
  const timer = setInterval(() => {
    looking ??= look().finally(() => (looking = undefined));
  }, 1000).unref();
  return async () => {
    clearInterval(timer);
    await looking;
  };
}

/**
 * Ends the server of a folder and the thau processes that use it, which finish first; false when it was not running.
 */
export async function stopEmbeddedServer(folder: string): Promise<boolean> {
  if (!existsSync(folder)) return false;
  const base = makeBase(folder);
  const others = new Users(base).others();
  for (const pid of others) process.kill(pid, 'SIGTERM');
  await until(() => !others.some(processExists), 30_000, 50);
  const home = existingHome(base);
  return withFileLock(home.lockFile, async () => {
    const running = runningPostmaster(home.dataFolder) !== undefined;
    await stopPostmaster(home.dataFolder, installedBinaries());
    return running || others.length > 0;
  });
}

/**
 * The running server, once it answers: another process may be starting or stopping it, or it was killed a moment ago
 * and is not gone yet.
 */
async function answeringPostmaster({ dataFolder, passwordFile }: Home): Promise<Postmaster | undefined> {
  const end = performance.now() + 60_000;
  for (;;) {
    await until(() => runningPostmaster(dataFolder)?.ready !== false, 60_000);
    const postmaster = runningPostmaster(dataFolder);
    if (!postmaster) return undefined;
    try {
      await createDatabase(connectionTo(postmaster, readFileSync(passwordFile, 'utf8')));
      return postmaster;
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

async function start(base: string, options: EmbeddedOptions): Promise<Postmaster> {
  const before = existingHome(base);
  const runner = chooseRunner(before.dataFolder);
  const home = homeFor(base, runner);
  adoptData(before.dataFolder, home.dataFolder, runner);
  const binaries = usableBinaries(home, runner);
  const fresh = !existsSync(join(home.dataFolder, 'PG_VERSION'));
  options.log?.(
    fresh ? `Making an embedded PostgreSQL in ${home.inner}` : 'Starting the embedded PostgreSQL',
  );
  initializeCluster({
    binaries,
    runner,
    dataFolder: home.dataFolder,
    password: password(home),
    durable: options.durable,
  });
  const settings = serverSettings({
    machine: thisMachine(home.inner),
    memory: options.memory,
    durable: options.durable,
    port: options.port > 0 || process.platform !== 'win32' ? options.port : await freePort(),
    ...(process.platform !== 'win32' && { socketFolder: socketFolder(home, runner) }),
  });
  writeFileSync(join(home.dataFolder, 'thau.conf'), configurationFile(settings));
  rotate(home.logFile);
  const postmaster = await startPostmaster({
    binaries,
    runner,
    dataFolder: home.dataFolder,
    logFile: home.logFile,
  });
  await createDatabase(connectionTo(postmaster, password(home)));
  return postmaster;
}

/** The installed programs, or a copy where their libraries' links cannot be made or the server's user cannot run them. */
function usableBinaries(home: Home, runner: Runner): Binaries {
  const installed = installedBinaries();
  const linked = makeLibraryLinks(installed);
  const runs = (binaries: Binaries): boolean =>
    runProgram({ runner, folder: home.inner }, binaries.postgres, ['--version']).status === 0;
  if (linked && runs(installed)) return installed;
  const version = installed.root.includes('node_modules') ? packageVersion(installed) : 'own';
  return copyBinaries(installed, join(home.inner, `postgres-${version}`));
}

function packageVersion(binaries: Binaries): string {
  const text = readFileSync(join(binaries.root, '..', 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function password(home: Home): string {
  if (!existsSync(home.passwordFile)) {
    writeFileSync(home.passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  }
  return readFileSync(home.passwordFile, 'utf8');
}

function connectionTo(postmaster: Postmaster, password: string): Connection {
  return {
    host: postmaster.socketFolder === '' ? postmaster.address : postmaster.socketFolder,
    port: postmaster.port,
    user: embeddedUser,
    password,
    database: embeddedUser,
  };
}

async function createDatabase(connection: Connection): Promise<void> {
  const database = new Database({ connection: { ...connection, database: 'postgres' }, max: 1 });
  try {
    const { rowCount } = await database.query('select from pg_database where datname = $1', [embeddedUser]);
    if (rowCount === 0) await database.query(`create database ${embeddedUser}`);
  } finally {
    await database.close();
  }
}

/** Where there are no Unix sockets. */
async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/** One earlier log is kept. */
function rotate(logFile: string): void {
  if (!existsSync(logFile) || statSync(logFile).size < 10_000_000) return;
  rmSync(`${logFile}.1`, { force: true });
  renameSync(logFile, `${logFile}.1`);
}
