// Format, lint and types, side by side: each takes one core for long, and none needs another. What each says is shown
// when it is done; ends with 0 when all are good.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const npm = process.env.npm_execpath;
const run = (name) =>
  npm === undefined
    ? spawn('npm', ['run', '--silent', name], { shell: true })
    : spawn(process.execPath, [npm, 'run', '--silent', name]);

const good = await Promise.all(
  ['lint', 'types', 'format:check'].map(async (name) => {
    const began = performance.now();
    const child = run(name);
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part) => (text += part));
    }
    const [code] = await once(child, 'close');
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    console.log(`${text}${name}: ${code === 0 ? 'good' : `failed with ${code}`} after ${seconds} s`);
    return code === 0;
  }),
);
process.exitCode = good.every(Boolean) ? 0 : 1;
