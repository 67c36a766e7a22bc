// The most memory that a PostgreSQL server's processes took at a time, in KiB: shared pages counted once. On systems
// without /proc, and for servers elsewhere, it is unknown (NaN).
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** `postmaster`: the id of the server's first process, as its postmaster.pid or a backend's parent says. */
export function memoryOfServer(postmaster) {
  if (postmaster === undefined || read(`/proc/${String(postmaster)}/smaps_rollup`) === undefined) {
    return { end: () => NaN };
  }
  let most = 0;
  const look = () => {
    const pids = readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name));
    const ours = pids.filter((pid) => Number(pid) === postmaster || parentOf(pid) === postmaster);
    most = Math.max(
      most,
      ours.reduce((sum, pid) => sum + proportionalSize(pid), 0),
    );
  };
  const timer = setInterval(look, 500);
  return {
    end: () => {
      look();
      clearInterval(timer);
      return most;
    },
  };
}

/** Undefined for a process that is not on this machine. */
export function parentOf(pid) {
  const stat = read(`/proc/${String(pid)}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields === undefined ? undefined : Number(fields[1]);
}

function proportionalSize(pid) {
  return Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${String(pid)}/smaps_rollup`) ?? '')?.[1] ?? 0);
}

function read(path) {
  try {
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined; // the process has ended meanwhile
  }
}
