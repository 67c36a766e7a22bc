// One parse in a fresh process, the start of Node left out: prints milliseconds, nodes and heap as JSON.
import { parseProject } from '../../dist/project/parse-project.js';

const [projectDir] = process.argv.slice(2);
const environment = {
  target: { profileName: 'bench', name: 'dev', database: 'd', schema: 's', threads: 2 },
  env: {},
  vars: {},
  invocationId: 'bench',
  startedAt: new Date(),
};
const start = performance.now();
const { manifest } = parseProject({ projectDir, environment });
const ms = performance.now() - start;
globalThis.gc?.();
const nodes = Object.keys(manifest.nodes).length;
console.log(JSON.stringify({ ms, nodes, bytes: process.memoryUsage().heapUsed }));
