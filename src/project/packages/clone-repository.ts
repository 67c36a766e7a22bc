import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ThauError, type Place } from '../../errors/thau-error.js';
import { withoutSecret } from './without-secret.js';

const run = promisify(execFile);

export interface RepositorySpec {
  readonly url: string;
  readonly revision: string | null;
  readonly at: Place;
}

/** Clones a repository into a new folder below `parent`, at the branch, tag or commit asked for. */
export async function cloneRepository(
  { url, revision: wanted, at }: RepositorySpec,
  parent: string,
): Promise<{ readonly folder: string; readonly commit: string }> {
  // a url or revision that begins with a dash would be an option to git; ext:: runs commands
  if (url.startsWith('-') || (wanted?.startsWith('-') ?? false) || /^\w+::/.test(url)) {
    throw new ThauError('PROJECT_PACKAGE', `"${withoutSecret(url)}" is not a url of a repository`, {
      at,
      hint: 'Write https://…, ssh://…, git@…, or a path.',
    });
  }
  const folder = mkdtempSync(join(parent, 'git-'));
  const git = async (...args: string[]): Promise<string> => {
    const { stdout } = await run('git', ['-c', 'protocol.ext.allow=never', ...args], {
      cwd: folder,
      env: { ...process.env, GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' },
      timeout: 300_000,
    });
    return stdout.trim();
  };
  try {
    await git('clone', '--quiet', '--no-checkout', '--', url, '.');
    await git('checkout', '--quiet', '--detach', wanted ?? 'HEAD');
    return { folder, commit: await git('rev-parse', 'HEAD') };
  } catch (error) {
    throw failure(error, url, wanted, at);
  }
}

function failure(error: unknown, url: string, revision: string | null, at: Place): ThauError {
  const { code, stderr } = error as { code?: unknown; stderr?: string };
  if (code === 'ENOENT') {
    return new ThauError('PROJECT_PACKAGE', 'git is needed to fetch packages, and is not installed', {
      at,
      hint: 'Install git, or name the package by a local path or a tarball.',
    });
  }
  const said = (stderr ?? '').replaceAll(url, withoutSecret(url)).trim().split('\n').slice(-3);
  return new ThauError(
    'PROJECT_PACKAGE',
    `${withoutSecret(url)} cannot be fetched${revision === null ? '' : ` at ${revision}`}`,
    {
      at,
      notes: said.filter((line) => line !== ''),
      hint: 'Check the url, the revision, and that git may read the repository.',
      cause: error,
    },
  );
}
