// What a PostgreSQL server took meanwhile: the most memory of its processes at a time (KiB, shared pages counted once) and
// their processor time (seconds), which other load on the machine disturbs less than a clock. On systems without /proc,
// and for servers elsewhere, both are unknown (NaN).
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = 100;

/** `postmaster`: the server's first process. */
export function useOfServer(postmaster) {
  if (!existsSync(`/proc/${String(postmaster)}/smaps_rollup`))
    return { end: () => ({ memory: NaN, cpu: NaN }) };
  let most = 0;
  const look = () => {
    const ours = [postmaster, ...childrenOf(postmaster)];
    most = Math.max(
      most,
      ours.reduce((sum, pid) => sum + proportionalSize(pid), 0),
    );
  };
  const began = processorTime(postmaster);
  const timer = setInterval(look, 2000);
  return {
    end: () => {
      look();
      clearInterval(timer);
      return { memory: most, cpu: processorTime(postmaster) - began };
    },
  };
}

function childrenOf(postmaster) {
  return readdirSync('/proc').filter(
    (name) => /^[0-9]+$/.test(name) && Number(stat(name)?.[1]) === postmaster,
  );
}

/** Of the living and of those that the postmaster has seen end. */
function processorTime(postmaster) {
  const own = stat(postmaster) ?? [];
  const ended = Number(own[13]) + Number(own[14]);
  const living = childrenOf(postmaster).map((pid) => stat(pid) ?? []);
  const ticks = living.reduce(
    (sum, fields) => sum + Number(fields[11] ?? 0) + Number(fields[12] ?? 0),
    ended,
  );
  return ticks / ticksPerSecond;
}

/** Fields of /proc/…/stat from the state on: 1 the parent, 11 and 12 its ticks, 13 and 14 those of its ended children. */
function stat(pid) {
  const text = read(`/proc/${String(pid)}/stat`);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ');
}

function proportionalSize(pid) {
  return Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${String(pid)}/smaps_rollup`) ?? '')?.[1] ?? 0);
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // the process has ended meanwhile
  }
}
