// What a PostgreSQL server took meanwhile: the most memory of its processes at a time (KiB, shared pages counted once) and
// their processor time (seconds, and how many of them were the kernel's), which other load on the machine disturbs less than a
// clock. On systems without /proc, and for servers elsewhere, all are unknown (NaN).
import { existsSync, readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = 100;

/** `postmaster`: the server's first process. */
export function useOfServer(postmaster) {
  if (!existsSync(`/proc/${String(postmaster)}/smaps_rollup`))
    return { end: () => ({ memory: NaN, cpu: NaN, kernel: NaN }) };
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
      const ended = processorTime(postmaster);
      const kernel = ended.kernel - began.kernel;
      return { memory: most, cpu: ended.user - began.user + kernel, kernel };
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
  const living = childrenOf(postmaster).map((pid) => stat(pid) ?? []);
  const seconds = (ofLiving, ofEnded) =>
    living.reduce((sum, fields) => sum + Number(fields[ofLiving] ?? 0), Number(own[ofEnded])) /
    ticksPerSecond;
  return { user: seconds(11, 13), kernel: seconds(12, 14) };
}

/** Fields of /proc/…/stat from the state on: 1 the parent, 11 and 12 its ticks (its own, the
 * kernel's for it), 13 and 14 those of its ended children. */
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
