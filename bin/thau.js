#!/usr/bin/env node
// Compiles src to dist when it is stale (install scripts may be off), then hands over to the command line.
import { compileIfStale } from './compile.js';
import { load } from './load.js';

await compileIfStale();
const { main } = await load('cli/main.js');
process.exitCode = await main(process.argv.slice(2));
// everything is closed; what keeps the process alive now is a handle that somebody forgot
setTimeout(() => process.exit(), 1000).unref();
