import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  appendFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { ThauError } from '../../errors/thau-error.js';
import type { Binaries } from './binaries.js';
import { runProgram } from './postmaster.js';
import type { Runner } from './runner.js';

/** The superuser of the embedded server, and its database. */
export const embeddedUser = 'thau';

export interface InitializeOptions {
  readonly binaries: Binaries;
  readonly runner: Runner;
  readonly dataFolder: string;
  readonly password: string;
  readonly durable: boolean;
}

/**
 * Makes the data folder: UTF-8, sorted as Vietnamese is (ICU), local connections trusted because the socket's folder
 * is ours alone, TCP by password. It is made aside and renamed, so that a kill in the middle leaves nothing.
 */
export function initializeCluster(options: InitializeOptions): void {
  const { dataFolder, runner, binaries } = options;
  if (existsSync(join(dataFolder, 'PG_VERSION'))) {
    checkVersion(dataFolder);
    return;
  }
  const parent = dirname(dataFolder);
  for (const name of readdirSync(parent)) {
    if (name.startsWith('data.new-')) rmSync(join(parent, name), { recursive: true, force: true });
  }
  const aside = join(parent, `data.new-${process.pid}`);
  const passwordFile = join(parent, `data.new-${process.pid}.password`);
  mkdirSync(aside, { mode: 0o700 });
  writeFileSync(passwordFile, options.password, { mode: 0o600 });
  if (runner.kind === 'user')
    for (const path of [aside, passwordFile]) chownSync(path, runner.uid, runner.gid);
  try {
    const done = runProgram({ runner, folder: parent }, binaries.initdb, [
      ...['-D', aside, '-U', embeddedUser, '--pwfile', passwordFile],
      ...['--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=vi-VN'],
      ...['--auth-local=trust', '--auth-host=scram-sha-256', '--no-instructions'],
      ...(options.durable ? [] : ['--no-sync']),
    ]);
    if (done.status !== 0) throw initFailure(done.error, [done.stdout, done.stderr].join(''));
    appendFileSync(
      join(aside, 'postgresql.conf'),
      "\n# thau's own, before anything you write below it\ninclude_if_exists = 'thau.conf'\n",
    );
    renameSync(aside, dataFolder);
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(aside, { recursive: true, force: true });
  }
}

const majorVersion = '18';

function checkVersion(dataFolder: string): void {
  const version = readFileSync(join(dataFolder, 'PG_VERSION'), 'utf8').trim();
  if (version === majorVersion) return;
  throw new ThauError(
    'POSTGRES_EMBEDDED_VERSION',
    `The data in ${dataFolder} is of PostgreSQL ${version}; this thau brings ${majorVersion}.`,
    { hint: 'Use the thau that made it to dump the data, or set another embedded.data.' },
  );
}

function initFailure(error: Error | undefined, output: string): ThauError {
  const notes = output
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .slice(-6);
  return new ThauError(
    'POSTGRES_EMBEDDED_START',
    'The data folder of the embedded PostgreSQL could not be made.',
    {
      notes: error ? [error.message, ...notes] : notes,
      hint: 'Does the disk have room, and does its file system know rights? Set embedded.data to a folder elsewhere.',
      ...(error && { cause: error }),
    },
  );
}
