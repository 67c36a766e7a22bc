import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

const bin = resolve(import.meta.dirname, '../../bin/thau.js');

/** A command line of its own; `ended` resolves with how it ended. */
export function startThau(args, { cwd, url, env = {} }) {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, NO_COLOR: '1', DATABASE_URL: url, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (part) => (text += part));
  }
  let over = false;
  const ended = new Promise((done) => {
    child.on('close', (code, signal) => {
      over = true;
      done({ code, signal, text });
    });
  });
  return {
    pid: child.pid,
    ended,
    kill: (signal) => child.kill(signal),
    get over() {
      return over;
    },
    get text() {
      return text;
    },
  };
}

/** The API in a process of its own; resolves with its address once it answers. */
export async function startApi({ cwd, url }) {
  const served = startThau(['serve', '--json'], { cwd, url, env: { PORT: '0' } });
  for (;;) {
    const address = /"url":\s*"([^"]+)"/.exec(served.text)?.[1];
    if (address !== undefined)
      return { ...served, process: served, address: new URL('/graphql', address).href };
    if (served.over) throw new Error(`thau serve ended: ${served.text}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
