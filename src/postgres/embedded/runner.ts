import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ThauError } from '../../errors/thau-error.js';

/**
 * As whom the server runs. PostgreSQL refuses to run as root; root therefore runs it in a user namespace, where it
 * has no number at all while the files stay root's, or else as another user.
 */
export type Runner =
  | { readonly kind: 'self' }
  | { readonly kind: 'namespace' }
  | { readonly kind: 'user'; readonly uid: number; readonly gid: number };

/** Decides it. `dataFolder` may exist already, and then belongs to whom the server ran as. */
export function chooseRunner(dataFolder: string): Runner {
  if (process.getuid?.() !== 0) return { kind: 'self' };
  const owner = ownerOf(dataFolder);
  if (owner && owner.uid !== 0) return { kind: 'user', ...owner };
  if (namespaceWorks()) return { kind: 'namespace' };
  return { kind: 'user', ...nobody() };
}

/** What to spawn so that `program` runs as the runner says. */
export function commandFor(
  runner: Runner,
  program: string,
  args: readonly string[],
): { file: string; args: string[]; options: { uid?: number; gid?: number } } {
  switch (runner.kind) {
    case 'self':
      return { file: program, args: [...args], options: {} };
    case 'namespace':
      return { file: 'unshare', args: ['--user', '--', program, ...args], options: {} };
    case 'user':
      return { file: program, args: [...args], options: { uid: runner.uid, gid: runner.gid } };
  }
}

/** Whether a user who is not the owner may reach a path: every folder above lets others through. */
export function reachable(
  path: string,
  { uid, gid }: { readonly uid: number; readonly gid: number },
): boolean {
  for (let at = dirname(path); ; at = dirname(at)) {
    const { mode, uid: owner, gid: group } = statSync(at);
    const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

function ownerOf(folder: string): { uid: number; gid: number } | undefined {
  try {
    const { uid, gid } = statSync(folder);
    return { uid, gid };
  } catch {
    return undefined;
  }
}

/** Containers often forbid it, and some systems do not have the program. */
function namespaceWorks(): boolean {
  return spawnSync('unshare', ['--user', '--', 'true'], { stdio: 'ignore' }).status === 0;
}

function nobody(): { uid: number; gid: number } {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('nobody:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined || uid === '0') {
    throw new ThauError(
      'POSTGRES_EMBEDDED_USER',
      'PostgreSQL does not run as root, and there is no user "nobody".',
      {
        hint: 'Run thau as an ordinary user, or set DATABASE_URL.',
      },
    );
  }
  return { uid: Number(uid), gid: Number(gid) };
}
