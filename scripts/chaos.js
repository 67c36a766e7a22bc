// npm run chaos -- [--runs 200] [--seed 1] [--postmaster 5] [--only "kill -9"] [--verbose] [--json facts.json]
//
// Attacks runs of a small project, one after the other, at moments that the seed chooses, while readers in processes of
// their own hammer every relation: through stable views and by the API's kind of statement at both isolation levels,
// and through the API over HTTP. No reader may meet an error, see two generations in one statement or transaction, or miss a
// row; every command line must tell the truth about how it ended; and at the end the tables must equal those of a clean
// build, and the snapshot's history what was published. Ends with 0 when all of it held.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { compileIfStale } from '../bin/compile.js';
import { attackOrder, attacks } from './chaos/attacks.js';
import { Arena } from './chaos/arena.js';
import { compareWithCleanBuild, findLeftovers, findWrongHistory } from './chaos/checks.js';
import { seededRandom } from './chaos/random.js';
import { Report } from './chaos/report.js';

const { values: options } = parseArgs({
  options: {
    runs: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    postmaster: { type: 'string' },
    only: { type: 'string' },
    verbose: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
});
const runs = Number(options.runs);
const seed = Number(options.seed);
const kills = options.postmaster === undefined ? Math.ceil(runs / 40) : Number(options.postmaster);
if (![runs, seed, kills].every(Number.isInteger) || (options.only !== undefined && !attacks[options.only])) {
  console.error(
    'Usage: npm run chaos -- [--runs 200] [--seed 1] [--postmaster 5] [--only <attack>] [--verbose] [--json <file>]',
  );
  if (options.only !== undefined) console.error(`Attacks: ${Object.keys(attacks).join(', ')}`);
  process.exit(2);
}
await compileIfStale();
const random = seededRandom(seed);
const report = new Report({ seed, runs, verbose: options.verbose });
const arena = await Arena.open({ random, report });
try {
  report.skipped(arena.missing);
  await arena.lastRun();
  if (arena.generation === 0) throw new Error('the first run published nothing');
  await arena.startReaders();
  const order = attackOrder(random, arena.available);
  for (let number = 1; number <= runs; number++) {
    await arena.attackedRun(options.only ?? order.next().value);
  }
  await arena.lastRun();
  if (kills > 0) {
    arena.readersMayBreak();
    for (let number = 1; number <= kills; number++) await arena.killedPostmaster();
    await arena.lastRun();
  }
  report.readers(await arena.stopReaders());
  await arena.lastRun();
  for (const found of await findLeftovers(arena)) report.violation(found);
  for (const found of await findWrongHistory(arena)) report.violation(found);
  for (const found of await compareWithCleanBuild(arena)) report.violation(found);
} catch (error) {
  report.violation(`the script itself failed: ${error instanceof Error ? error.stack : String(error)}`);
} finally {
  await arena.close();
}
report.print();
if (options.json !== undefined) writeFileSync(options.json, JSON.stringify(report.facts, null, 2));
process.exit(report.violations.length === 0 ? 0 : 1);
