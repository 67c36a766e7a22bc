import { setTimeout as sleep } from 'node:timers/promises';
import { relations } from './project.js';

/** How far a run is when it is struck. */
export const phases = ['starting', 'building', 'publishing', 'over'];

/**
 * What an attack on this run has at hand. `struck` tells how far the run was when the attack began, so that the report
 * can say how many of them met anything.
 */
export function toolsFor(arena, run, struck) {
  const { random, proxy, server, target } = arena;
  const sql = (text, values) => arena.sql(text, values);
  const phase = async () => {
    if (run.over) return 'over';
    const [row] = await arena.ask('select state from thau.runs where run_id > $1 and pid = $2', [
      arena.lastRunId,
      run.pid,
    ]);
    return row === undefined ? 'starting' : row.state === 'running' ? 'building' : 'over';
  };
  const begun = async () => {
    while ((await phase()) === 'starting') await sleep(15);
  };
  const hold = (statement) => arena.hold(statement);
  /** Backends of whatever comes through the proxy. */
  const backends = (condition = 'true') =>
    arena.ask(`select pid from pg_stat_activity where client_port = any ($1) and ${condition} order by pid`, [
      proxy.ports(),
    ]);
  return {
    run,
    random,
    proxy,
    small: server.small,
    target,
    sql,
    relation: () => random.pick(relations),
    begun,
    struck: async (known) => struck(known ?? (await phase())),
    /** Some moment of the run: mostly while it builds, at times while its process starts. */
    moment: async (part = 1) => {
      const early = random.chance(0.12);
      const at = random.between(0, 0.95) * part;
      if (early) {
        await Promise.race([sleep(at * arena.starting), run.ended]);
      } else {
        await begun();
        await Promise.race([sleep(at * arena.building), run.ended]);
      }
      struck(await phase());
    },
    /** Ends the given part of the run's backends, and those of whatever else comes through the proxy. */
    terminate: async (part) => {
      const all = await backends();
      const some = random.shuffle(all).slice(0, Math.ceil(all.length * part));
      await sql('select pg_terminate_backend(pid) from unnest($1::int[]) as b (pid)', [
        some.map(({ pid }) => pid),
      ]);
    },
    /** A statement of somebody else locks one relation for a while; `lock table` would lock what a view reads as well. */
    locked: async (statement, milliseconds) => {
      const release = await hold(`set local lock_timeout to '3s'; ${statement}`).catch(() => undefined);
      await sleep(milliseconds);
      await release?.();
    },
    /**
     * Holds up the publishing transaction in its middle, or what is written just before it, and strikes there: while it
     * waits, or in the moment it goes on. Only once the run builds, so that nothing of its beginning waits for this.
     */
    whilePublishing: async (strike, { held = random.chance(0.7) } = {}) => {
      const table = random.pick(['pointer', 'pointer', 'pointer', 'generations', 'mapping']);
      await begun();
      await Promise.race([sleep(arena.building * 0.3), run.ended]);
      let release = await hold(`lock table thau.${table} in share mode`);
      try {
        while (!run.over) {
          const waiting = await backends(`wait_event_type = 'Lock' and query ~ 'insert into.*${table}'`);
          if (waiting.length > 0) {
            struck('publishing');
            if (!held) {
              await release();
              release = undefined;
              await sleep(random.between(0, 12));
            }
            return await strike(async () => {
              await release?.();
              release = undefined;
            });
          }
          await sleep(5);
        }
        struck('over');
        return undefined;
      } finally {
        await release?.();
      }
    },
    another: (args) => arena.start(args),
    over: (other) => arena.over(other),
  };
}
