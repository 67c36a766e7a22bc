import pg from 'pg';
const c = new pg.Client('postgres://postgres@127.0.0.1:5499/versioned_dev');
await c.connect();
const vis = {
  plain: 'true',
  last: '_from_gen <= 13 and (_to_gen is null or _to_gen > 13)',
  first8n: '_from_gen <= 13 and (_to_gen is null or _to_gen > 13)',
  first: '_from_gen <= 13 and _to_gen > 13',
  lasti: '_from_gen <= 13 and _to_gen > 13',
};
const qs = {
  count: 'count(*)',
  agg: 'count(*), sum(amount)',
  group: 'channel, sum(amount) as s, count(*), max(updated_at)',
};
for (const par of [0, 2]) {
  await c.query('set max_parallel_workers_per_gather=' + par);
  for (const [q, sel] of Object.entries(qs)) {
    const t = {};
    for (const k in vis) t[k] = [];
    for (let i = 0; i < 9; i++)
      for (const k in vis) {
        const a = performance.now();
        await c.query(`select ${sel} from fmt.${k} where ${vis[k]} ${q === 'group' ? 'group by 1' : ''}`);
        t[k].push(performance.now() - a);
      }
    const min = (k) => Math.min(...t[k]);
    console.log(
      par,
      q,
      Object.keys(vis)
        .map((k) => `${k} ${min(k).toFixed(0)} (${(min(k) / min('plain')).toFixed(2)})`)
        .join('  '),
    );
  }
}
await c.end();
