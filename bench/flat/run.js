// Flat rows in each form: rows a second, and the memory of `thau serve` over many rows and over few: nothing may hold a
// table. `node bench/flat/run.js [--rows 5000000] [--forms csv,ndjson,json,arrow]`
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { compileIfStale } from '../../bin/compile.js';
import { bin, goal, option, printGoals, withWarehouse } from '../runs/harness.js';

const few = 100_000;
const many = Number(option('--rows', 5_000_000));
const forms = option('--forms', 'csv,ndjson,arrow').split(',');

await compileIfStale();
const goals = await withWarehouse('flat', async (place) => {
  place.write(
    'transforms/sales.sql',
    `{{ config(indexes=[{'columns': ['sale_id'], 'unique': true}]) }}
     select n as sale_id, n % 100000 as customer_id, timestamptz '2026-01-01' + n * interval '1 s' as sold_at,
       (n % 1000 * 1000.50)::numeric(12, 2) as amount, n % 7 = 0 as returned, 'Nguyễn Thị ' || n % 1000 as name,
       case when n % 10 > 0 then 'HN-' || n % 100 end as store
     from generate_series(1, ${many}) as n`,
  );
  place.write(
    'transforms/models.yml',
    'models:\n  - name: sales\n    config: {materialized: table}\n    columns: [{name: sale_id, data_tests: [unique, not_null]}]\n',
  );
  place.write(
    'schema/sales.graphql',
    `type Sale @relation(model: "sales", key: ["sale_id"]) {
       saleId: Int! customerId: Int soldAt: DateTime amount: Decimal returned: Boolean name: String store: String }
     extend type Query { sales: SaleConnection! @many(order: ["sale_id"]) }`,
  );
  place.write(
    'schema/operations/sales.graphql',
    'query sales { sales { edges { node { saleId customerId soldAt amount returned name store } } } }',
  );
  place.thau('build');
  const goals = [];
  for (const form of forms) {
    // a server of its own for each, so that none has another's memory
    const small = await measured(place, form, few);
    const large = await measured(place, form, many);
    goals.push(
      goal(
        `memory of serve, ${form}, ${many.toLocaleString('en')} rows over ${few.toLocaleString('en')}`,
        large.peak / small.peak,
        1.25,
        '',
        `${large.peak.toFixed(0)} MB over ${small.peak.toFixed(0)} MB; ${large.seconds.toFixed(1)} s, ${Math.round(many / large.seconds).toLocaleString('en')} rows/s, ${(large.bytes / 1e6).toFixed(0)} MB sent`,
      ),
    );
  }
  return goals;
});
printGoals(goals);

/** Asks for so many rows, and reads them as they come; the peak of the server's memory, in MB. */
async function measured(place, form, rows) {
  const env = { ...place.env, PORT: '0', NODE_ENV: 'production' };
  const child = spawn(process.execPath, [bin, 'serve', '--json', '--project-dir', place.folder], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const url = await new Promise((resolve, reject) => {
      let said = '';
      child.stdout.on('data', (text) => {
        said += text;
        place.key ??= /"key":"([^"]+)"/.exec(said)?.[1];
        const found = /"url":"([^"]+)"/.exec(said)?.[1];
        if (found) resolve(found);
      });
      child.on('exit', (code) => reject(new Error(`thau serve ended with ${code}: ${said}`)));
    });
    const ask = (path) => fetch(`${url}/q/${path}`, { headers: { authorization: `Bearer ${place.key}` } });
    // what is loaded by the first who asks is no memory of rows
    await (await ask(`sales.${form}?_limit=2000`)).arrayBuffer();
    const began = performance.now();
    const response = await ask(`sales.${form}?_limit=${rows}`);
    if (response.status !== 200) throw new Error(await response.text());
    let bytes = 0;
    for await (const chunk of response.body) bytes += chunk.length;
    const seconds = (performance.now() - began) / 1000;
    const peak =
      Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024;
    return { seconds, bytes, peak };
  } finally {
    child.removeAllListeners('exit');
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
  }
}
