import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  realpathSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ThauError } from '../../errors/thau-error.js';
import { reachable, type Runner } from './runner.js';

/** Where the parts of an embedded server lie. All paths are real ones. */
export interface Home {
  /** What the settings name: `.thau`. Lock, users, password. */
  readonly base: string;
  /** Data, log and copied binaries: `base`, unless the server's user cannot get there. */
  readonly inner: string;
  readonly dataFolder: string;
  readonly logFile: string;
  readonly lockFile: string;
  readonly passwordFile: string;
}

/** The folder of the settings, made if need be. */
export function makeBase(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    const ignore = join(folder, '.gitignore');
    if (!existsSync(ignore)) writeFileSync(ignore, '*\n');
    return realpathSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ThauError(
      'POSTGRES_EMBEDDED_FOLDER',
      `The folder ${folder} cannot be used (${code ?? 'unknown'}).`,
      {
        hint: 'Give this user the right to write it, or set embedded.data in thau.yml (THAU_EMBEDDED_DATA).',
        cause: error,
      },
    );
  }
}

/** Where things lie for a runner; a user who cannot reach `base` gets a folder below /var/lib/thau. */
export function homeFor(base: string, runner: Runner): Home {
  let inner = base;
  if (runner.kind === 'user') {
    chmodSync(base, 0o711);
    if (!reachable(join(base, 'data'), runner)) inner = elsewhere(base, runner);
  }
  return paths(base, inner);
}

/** Where things lie when nobody has decided yet: the data may be elsewhere already. */
export function existingHome(base: string): Home {
  const outside = elsewhereFolder(base);
  return paths(base, !existsSync(join(base, 'data')) && existsSync(join(outside, 'data')) ? outside : base);
}

/** The path of a Unix socket must fit 107 bytes, its name included; a long one moves to a short folder of ours. */
export function socketFolder(home: Home, runner: Runner): string {
  const near = join(home.inner, 'run');
  const folder =
    Buffer.byteLength(join(near, '.s.PGSQL.65535.lock')) <= 107
      ? near
      : join(tmpdir(), `thau-${process.getuid?.() ?? 0}-${digest(home.base)}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid } = lstatSync(folder);
  const allowed = runner.kind === 'user' ? [0, runner.uid] : [process.getuid?.() ?? 0];
  if (!lstatSync(folder).isDirectory() || !allowed.includes(uid)) {
    throw new ThauError('POSTGRES_EMBEDDED_FOLDER', `The folder ${folder} belongs to somebody else.`, {
      hint: 'Remove it, or set TMPDIR to a folder of your own.',
    });
  }
  chmodSync(folder, 0o700);
  if (runner.kind === 'user') chownSync(folder, runner.uid, runner.gid);
  return folder;
}

function elsewhere(base: string, runner: Runner & { kind: 'user' }): string {
  const folder = elsewhereFolder(base);
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  chmodSync(folder, 0o711);
  if (!reachable(join(folder, 'data'), runner)) {
    throw new ThauError('POSTGRES_EMBEDDED_FOLDER', `The server's user cannot reach ${folder}.`, {
      hint: 'Run thau as an ordinary user, or set embedded.data to a folder that all may reach.',
    });
  }
  writeFileSync(join(base, 'elsewhere'), `${folder}\n`);
  return folder;
}

function elsewhereFolder(base: string): string {
  return join('/var/lib/thau', digest(base));
}

function paths(base: string, inner: string): Home {
  return {
    base,
    inner,
    dataFolder: join(inner, 'data'),
    logFile: join(inner, 'postgres.log'),
    lockFile: join(base, 'lock'),
    passwordFile: join(base, 'password'),
  };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
