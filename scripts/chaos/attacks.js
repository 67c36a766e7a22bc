import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What is done to a run. Each attack is given the run that has just begun and does its worst at a moment the seed
 * chose; it answers the command lines it began, and undoes what would harm the next run.
 */
export const attacks = {
  nothing: { weight: 2, do: async () => undefined },

  'kill -9': {
    weight: 5,
    do: async ({ run, moment }) => {
      await moment();
      run.kill('SIGKILL');
    },
  },
  'kill -9 in the publish': {
    weight: 3,
    do: ({ run, whilePublishing }) => whilePublishing(() => run.kill('SIGKILL')),
  },
  'its backends terminated': {
    weight: 4,
    do: async ({ moment, terminate, random }) => {
      await moment();
      await terminate(random.next());
    },
  },
  'its backends terminated in the publish': {
    weight: 2,
    do: ({ terminate, whilePublishing }) => whilePublishing(() => terminate(1)),
  },
  'its statements cancelled': {
    weight: 2,
    do: async ({ moment, sql, proxy }) => {
      await moment();
      await sql(`select pg_cancel_backend(pid) from pg_stat_activity where client_port = any ($1)`, [
        proxy.ports(),
      ]);
    },
  },
  'every connection lost': {
    weight: 4,
    do: async ({ moment, proxy }) => {
      await moment();
      proxy.cut();
    },
  },
  'connections lost, new ones refused for a while': {
    weight: 2,
    do: async ({ moment, proxy, random }) => {
      await moment();
      const accept = proxy.refuse();
      proxy.cut();
      await sleep(random.between(100, 900));
      accept();
    },
  },
  'connections silent, then lost': {
    weight: 2,
    do: async ({ moment, proxy, random }) => {
      await moment();
      proxy.silence();
      await sleep(random.between(200, 2500));
      proxy.cut();
    },
  },
  'connections lost in the publish': {
    weight: 2,
    do: ({ proxy, whilePublishing }) => whilePublishing(() => proxy.cut()),
  },
  'connections silent in the publish, then lost': {
    weight: 2,
    do: ({ proxy, random, whilePublishing }) =>
      whilePublishing(async (release) => {
        proxy.silence();
        await release();
        await sleep(random.between(50, 1500));
        proxy.cut();
      }),
  },
  'a source locked': {
    weight: 3,
    do: async ({ locked, random, moment }) => {
      await moment(random.chance(0.5) ? 1 : 0.2);
      await locked(
        `lock table raw.${random.pick(['customers', 'orders', 'events', 'batch'])}`,
        random.between(100, 2000),
      );
    },
  },
  'a stable view locked': {
    weight: 3,
    do: async ({ locked, random, moment, relation }) => {
      await moment();
      await locked(`alter view public.${relation()} reset (security_barrier)`, random.between(100, 1200));
    },
  },
  "thau's own tables locked": {
    weight: 3,
    do: async ({ locked, random, moment }) => {
      await moment();
      const table = random.pick([
        'mapping',
        'generations',
        'pointer',
        'relations',
        'run_nodes',
        'stable_views',
        'runs',
      ]);
      await locked(`lock table thau.${table}`, random.between(100, 1500));
    },
  },
  'the disk full': {
    weight: 4,
    needs: 'small',
    do: async ({ moment, small, random }) => {
      await moment();
      small.fill(random.whole(0, 400_000));
      await sleep(random.between(300, 1500));
      small.free();
    },
  },
  'the disk full in the publish': {
    weight: 2,
    needs: 'small',
    do: ({ small, random, whilePublishing }) =>
      whilePublishing(async (release) => {
        small.fill(random.whole(0, 100_000));
        await release();
        await sleep(random.between(200, 800));
        small.free();
      }),
  },
  "the disk of thau's own files full": {
    weight: 2,
    needs: 'target',
    do: async ({ run, target, begun, struck }) => {
      target.fill(0);
      await begun();
      await struck();
      await run.ended;
      target.free();
    },
  },
  'stopped, overtaken, and woken': {
    weight: 3,
    do: async ({ run, moment, another, over }) => {
      await moment();
      run.kill('SIGSTOP');
      const next = another(['build']);
      await over(next);
      run.kill('SIGCONT');
      return { others: [next] };
    },
  },
  'stopped in the publish, overtaken, and woken': {
    weight: 2,
    do: ({ run, another, over, whilePublishing }) =>
      whilePublishing(async (release) => {
        run.kill('SIGSTOP');
        await release();
        const next = another(['build']);
        await over(next);
        run.kill('SIGCONT');
        return { others: [next] };
      }),
  },
  'two command lines at once': {
    weight: 3,
    do: async ({ another, moment, random }) => {
      if (random.chance(0.7)) await moment(0.5);
      return { others: [another(['build'])] };
    },
  },
  'cancelled by SQL': {
    weight: 2,
    do: async ({ moment, sql }) => {
      await moment();
      await sql('select thau.cancel()');
    },
  },
  'interrupted by Ctrl-C': {
    weight: 2,
    do: async ({ run, moment }) => {
      await moment();
      run.kill('SIGINT');
    },
  },
  'a source gone for a moment': {
    weight: 2,
    do: async ({ sql, moment, random }) => {
      await moment();
      await sql(`set lock_timeout to '3s'; alter table raw.events rename to events_away`);
      await sleep(random.between(50, 600));
      await sql(`alter table if exists raw.events_away rename to events`);
    },
  },
  'a failing test': {
    weight: 2,
    args: ['build', '--vars', '{broken: true}'],
    do: ({ struck }) => struck('building'),
  },
  'a rollback': { weight: 2, args: ['rollback'], do: ({ struck }) => struck('publishing') },
  'a rollback, killed': {
    weight: 1,
    args: ['rollback'],
    do: async ({ run, moment }) => {
      await moment(0.2);
      run.kill('SIGKILL');
    },
  },
};

/** Attacks in an order the seed decides, each as often as it weighs. */
export function* attackOrder(random, available) {
  const names = Object.entries(attacks)
    .filter(([, { needs }]) => needs === undefined || available.has(needs))
    .flatMap(([name, { weight }]) => Array.from({ length: weight }, () => name));
  // each of them early, so that a short run has met many
  yield* random.shuffle([...new Set(names)]);
  for (;;) yield* random.shuffle(names);
}
