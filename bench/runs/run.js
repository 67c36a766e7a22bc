// What runs promise, measured: each figure beside its goal. Parts by name: `node bench/runs/run.js thousand chain`.
import { printGoals } from './harness.js';
import { thousand } from './thousand.js';
import { versioned } from './versioned.js';

const parts = { thousand, versioned };
const wanted = process.argv.slice(2).filter((word) => word in parts);
for (const [name, measure] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`runs: ${name}`);
  printGoals(await measure());
}
