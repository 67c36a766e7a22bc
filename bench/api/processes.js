// Starts what is measured, and reads what it used.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** The command on one core alone where the system can say so. */
function onCore(core, command, args) {
  return process.platform === 'linux' ? ['taskset', ['-c', String(core), command, ...args]] : [command, args];
}

/** A server on the first core; `ready` when it has said `sign`. */
export function startServer(command, args, env, sign) {
  const [program, rest] = onCore(0, command, args);
  const child = spawn(program, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ready = new Promise((resolve, reject) => {
    let said = '';
    const read = (chunk) => {
      said += chunk;
      if (sign.test(said)) resolve();
      if (said.length > 100_000) said = said.slice(-1000);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}: ${said}`)));
  });
  ready.catch(() => undefined);
  return { child, ready };
}

/** The process that asks, on the second core. */
export function startLoad() {
  const [program, rest] = onCore(1, process.execPath, [`${import.meta.dirname}/load.js`]);
  const child = spawn(program, rest, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  return {
    child,
    ask: (task) =>
      new Promise((resolve, reject) => {
        child.once('exit', (code) => reject(new Error(`the load ended with ${code}`)));
        child.once('message', (result) => {
          child.removeAllListeners('exit');
          resolve(result);
        });
        child.send(task);
      }),
  };
}

export function output(command, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk) => (text += chunk));
    child.on('exit', (code) =>
      code === 0 ? resolve(text) : reject(new Error(`${args.join(' ')}: ${code}`)),
    );
  });
}

/**
 * Seconds that a process' threads ran so far, and in which its first thread could have run and the core was taken; NaN
 * where the system does not say.
 */
export function secondsOf(pid) {
  try {
    let used = 0;
    let waited = 0;
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const [ran, delayed] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
      used += Number(ran) / 1e9;
      if (thread === String(pid)) waited = Number(delayed) / 1e9;
    }
    return { used, waited };
  } catch {
    return { used: NaN, waited: NaN };
  }
}

/** Seconds that the cores were busy, whoever with, or taken away by the host; NaN where the system does not say. */
export function busySeconds() {
  try {
    const [, user, nice, system, , , , , steal] = readFileSync('/proc/stat', 'utf8')
      .split('\n')[0]
      .split(/ +/);
    return (Number(user) + Number(nice) + Number(system) + Number(steal)) / 100;
  } catch {
    return NaN;
  }
}

/** Megabytes that a process holds for itself alone: what it shares with others (PostgreSQL's buffers) is not counted. */
export function privateMegabytes(pid) {
  try {
    return Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
  } catch {
    return NaN;
  }
}

export function median(values) {
  return quantile(values, 0.5);
}

/** The value below which `share` of the values lie. */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)];
  return below + (sorted[Math.ceil(at)] - below) * (at - Math.floor(at));
}
