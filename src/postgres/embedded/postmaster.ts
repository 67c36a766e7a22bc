import { spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ThauError } from '../../errors/thau-error.js';
import type { Binaries } from './binaries.js';
import { processesIn, processExists, until, worksIn } from './processes.js';
import { commandFor, type Runner } from './runner.js';

/** What postmaster.pid says: https://www.postgresql.org/docs/18/storage-file-layout.html */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly socketFolder: string;
  /** `127.0.0.1`, or empty without TCP. */
  readonly address: string;
  readonly ready: boolean;
}

export interface Cluster {
  readonly binaries: Binaries;
  readonly runner: Runner;
  /** Its real path. */
  readonly dataFolder: string;
  readonly logFile: string;
}

/** The running postmaster of a data folder; what a killed one left behind does not count. */
export function runningPostmaster(dataFolder: string): Postmaster | undefined {
  const postmaster = told(dataFolder);
  if (!postmaster || !processExists(postmaster.pid)) return undefined;
  // in a container that was started again, another process has the number
  return worksIn(postmaster.pid, dataFolder) === false ? undefined : postmaster;
}

/** The postmaster that postmaster.pid tells of, running or not. */
function told(dataFolder: string): Postmaster | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(dataFolder, 'postmaster.pid'), 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return {
    pid,
    port: Number(lines[3] ?? 0),
    socketFolder: lines[4] ?? '',
    address: lines[5]?.trim() ?? '',
    ready: (lines[7] ?? '').trim() === 'ready',
  };
}

/** Starts the server in a session of its own, so that it outlives us and our terminal; returns when it is ready. */
export async function startPostmaster(cluster: Cluster): Promise<Postmaster> {
  const { dataFolder, logFile, runner, binaries } = cluster;
  await clearAway(dataFolder);
  const log = openSync(logFile, 'a', 0o600);
  const { file, args, options } = commandFor(runner, binaries.postgres, ['-D', dataFolder]);
  const child = spawn(file, args, {
    ...options,
    detached: true,
    stdio: ['ignore', log, log],
    cwd: dataFolder,
    env: serverEnvironment(),
    windowsHide: true,
  });
  closeSync(log);
  let ended: string | undefined;
  child.on('error', (error) => (ended = error.message));
  child.on('exit', (code, signal) => (ended = `it ended with ${signal ?? `code ${code ?? '?'}`}`));
  child.unref();
  const ready = (): boolean => runningPostmaster(dataFolder)?.ready === true;
  // recovery after a crash may take minutes
  await until(() => ended !== undefined || ready(), 600_000);
  const postmaster = runningPostmaster(dataFolder);
  if (ended === undefined && postmaster?.ready) return postmaster;
  throw startFailure(cluster, ended ?? 'it was not ready after ten minutes');
}

/** Ends the server: clients are disconnected, everything is written. Returns when it is gone. */
export async function stopPostmaster(dataFolder: string, binaries?: Binaries): Promise<void> {
  const postmaster = runningPostmaster(dataFolder);
  if (!postmaster) return;
  const gone = (): boolean => runningPostmaster(dataFolder)?.pid !== postmaster.pid;
  if (process.platform === 'win32' && binaries) {
    spawnSync(binaries.pgCtl, ['stop', '-D', dataFolder, '-m', 'fast', '-w'], {
      stdio: 'ignore',
      windowsHide: true,
    });
  } else {
    process.kill(postmaster.pid, 'SIGINT');
  }
  if (await until(gone, 60_000)) return;
  // the next start recovers from the WAL
  process.kill(postmaster.pid, 'SIGQUIT');
  await until(gone, 10_000);
}

/** Runs a program of the server to its end, as the server's user. */
export function runProgram(
  cluster: Pick<Cluster, 'runner'> & { readonly folder: string },
  program: string,
  args: readonly string[],
): SpawnSyncReturns<string> {
  const command = commandFor(cluster.runner, program, args);
  return spawnSync(command.file, command.args, {
    ...command.options,
    cwd: cluster.folder,
    env: serverEnvironment(),
    encoding: 'utf8',
    windowsHide: true,
  });
}

/**
 * What a killed postmaster leaves: children that have not noticed yet, postmaster.pid, and the lock file of its socket.
 * PostgreSQL would refuse to start while one of the files names a living process, whatever it is, or one that is dead
 * and not yet asked for by its parent.
 */
async function clearAway(dataFolder: string): Promise<void> {
  if (process.platform !== 'linux') return;
  const others = (): number[] => processesIn(dataFolder).filter((pid) => pid !== process.pid);
  for (const pid of others()) process.kill(pid, 'SIGKILL');
  await until(() => others().length === 0, 10_000);
  const { port, socketFolder } = told(dataFolder) ?? {};
  if (socketFolder) rmSync(join(socketFolder, `.s.PGSQL.${port ?? ''}.lock`), { force: true });
  rmSync(join(dataFolder, 'postmaster.pid'), { force: true });
}

/** Nothing of ours: PGDATA, LANG or LD_LIBRARY_PATH of the user must not reach the server. */
function serverEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TEMP, TMP } = process.env;
  return {
    LC_ALL: 'C',
    PATH: PATH ?? '',
    ...(SystemRoot && { SystemRoot }),
    ...(TEMP && { TEMP }),
    ...(TMP && { TMP }),
  };
}

function startFailure({ logFile }: Cluster, how: string): ThauError {
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-8);
  const text = lines.join('\n');
  const portTaken = /could not bind|Address already in use/i.test(text);
  return new ThauError('POSTGRES_EMBEDDED_START', `The embedded PostgreSQL did not start: ${how}.`, {
    notes: lines,
    hint: portTaken
      ? 'Another program has its port: set another embedded.port in thau.yml, or 0 for none.'
      : `The whole log is ${logFile}.`,
  });
}
