import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

const thau = resolve('bin/thau.js');

export interface CommandResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  /** The whole environment; PATH and HOME unless given. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs thau as a person would, in a process of its own. */
export async function runThau(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const child = spawn(process.execPath, [thau, ...args], {
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    env: { PATH: process.env['PATH'], HOME: options.cwd ?? '/nonexistent', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const out = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (out.stderr += text));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, ...out };
}
