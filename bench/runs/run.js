// What runs promise, measured: each figure beside its goal. Parts by name: `node bench/runs/run.js thousand chain`.
import { compileIfStale } from '../../bin/compile.js';
import { chain } from './chain.js';
import { diff } from './diff.js';
import { printGoals } from './harness.js';
import { memory } from './memory.js';
import { thousand } from './thousand.js';
import { versioned } from './versioned.js';

await compileIfStale();
const parts = { thousand, versioned, chain, diff, memory };
const wanted = process.argv.slice(2).filter((word) => word in parts);
for (const [name, measure] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`runs: ${name}`);
  printGoals(await measure());
}
