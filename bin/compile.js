// src/**/*.ts -> dist/**/*.js, file by file and without type checks (those are `npm run types`); a manifest of
// sizes and times tells whether anything changed since. Two processes may do it at once: each file and the
// manifest are written aside and renamed.
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const src = join(root, 'src');
const dist = join(root, 'dist');
const stampFile = join(dist, '.stamp');

function files(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function stamp(sources) {
  const hash = createHash('sha256');
  for (const file of sources) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${relative(src, file)}:${String(size)}:${String(mtimeMs)}\n`);
  }
  return hash.digest('hex');
}

function writable(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

export async function compileIfStale() {
  if (!existsSync(src)) return; // an installed package carries dist alone
  const sources = files(src);
  const now = stamp(sources);
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === now) return;
  if (!writable(root)) {
    // installed by somebody else, who has compiled it already
    if (existsSync(join(dist, 'cli', 'main.js'))) return;
    process.stderr.write(`thau in ${root} is not compiled, and this user may not write there.\n`);
    process.stderr.write('  hint: Run `npm run build` in that folder once, as its owner.\n');
    process.exit(1);
  }
  const ts = (await import('typescript')).default;
  const aside = join(root, `.dist-${String(process.pid)}`);
  rmSync(aside, { recursive: true, force: true });
  for (const file of sources) {
    const out = join(aside, relative(src, file));
    mkdirSync(dirname(out), { recursive: true });
    if (!file.endsWith('.ts')) {
      cpSync(file, out);
      continue;
    }
    const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
      fileName: file,
      compilerOptions: {
        target: ts.ScriptTarget.ES2023,
        module: ts.ModuleKind.ESNext,
        verbatimModuleSyntax: true,
        inlineSourceMap: true,
      },
    });
    writeFileSync(out.replace(/\.ts$/, '.js'), outputText);
  }
  writeFileSync(join(aside, '.stamp'), now);
  const old = join(root, `.dist-old-${String(process.pid)}`);
  try {
    // another process may have been quicker: then nothing is moved under the feet of who runs from it
    if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === now) return;
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(aside, dist);
  } catch (error) {
    if (!existsSync(stampFile)) throw error;
  } finally {
    for (const folder of [aside, old]) rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await compileIfStale();
