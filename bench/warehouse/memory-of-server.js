// The most memory that a PostgreSQL server's processes took at a time, in KiB: shared pages counted once. On systems
// without /proc, and for servers elsewhere, it is unknown (NaN).
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** `pidFile`: what the server's postmaster.pid says. */
export function memoryOfServer(pidFile) {
  const postmaster = Number(pidFile?.split('\n')[0]);
  if (!existsSync(`/proc/${String(postmaster)}/smaps_rollup`)) return { end: () => NaN };
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

function parentOf(pid) {
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
