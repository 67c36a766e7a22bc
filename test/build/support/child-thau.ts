import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const bin = resolve(import.meta.dirname, '../../../bin/thau.js');

/** A project in a temporary folder; `write` replaces files of it. */
export interface ProjectFolder {
  readonly path: string;
  write(this: void, files: Readonly<Record<string, string>>): void;
  remove(this: void): void;
}

export function projectFolder(files: Readonly<Record<string, string>>): ProjectFolder {
  const path = mkdtempSync(join(tmpdir(), 'thau-project-'));
  const write = (some: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(some)) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), text);
    }
  };
  write({
    'dbt_project.yml':
      'name: shop\nprofile: shop\nmodel-paths: [transforms]\nseed-paths: [seeds]\ntest-paths: [tests]\n',
    ...files,
  });
  return { path, write, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `node bin/thau.js …` in a process of its own. */
export class ChildThau {
  readonly ended: Promise<Ended>;
  readonly process: ChildProcess;

  constructor(args: readonly string[], env: Readonly<Record<string, string>>) {
    this.process = spawn(process.execPath, [bin, ...args], {
      env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    this.process.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    this.process.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    this.ended = new Promise((done) => {
      this.process.on('close', (code, signal) => done({ code, signal, stdout, stderr }));
    });
  }

  kill(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }
}

/** Runs to the end. */
export function thau(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  return new ChildThau(args, env).ended;
}
