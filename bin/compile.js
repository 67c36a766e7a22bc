// src/**/*.ts -> dist/**/*.js, file by file and without type checks (those are `npm run types`), and all of them in one file
// for a quick start (pack.js); a manifest of sizes and times tells what changed since. Two processes may do it at once: everything is written aside and renamed.
import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { packed, packName, readPack, writePack } from './pack.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const src = join(root, 'src');
const dist = join(root, 'dist');
const stampFile = join(dist, '.stamp');

/** What there is to compile: `{"cli/main.ts": "1234:1700000000000"}`. */
function sources() {
  const found = {};
  const walk = (folder, prefix) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = prefix + entry.name;
      const file = `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(file, `${path}/`);
      else if (entry.isFile()) {
        const { size, mtimeMs } = statSync(file);
        found[path] = `${String(size)}:${String(mtimeMs)}`;
      }
    }
  };
  walk(src, '');
  return found;
}

/** What dist was made from; empty where there is none. */
function compiled() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'));
  } catch {
    return {};
  }
}

function same(a, b) {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
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
  const now = sources();
  const before = compiled();
  if (same(now, before)) return;
  if (!writable(root)) {
    // installed by somebody else, who has compiled it already
    if (existsSync(join(dist, 'cli', 'main.js'))) return;
    process.stderr.write(`thau in ${root} is not compiled, and this user may not write there.\n`);
    process.stderr.write('  hint: Run `npm run build` in that folder once, as its owner.\n');
    process.exit(1);
  }
  const aside = join(root, `.dist-${String(process.pid)}`);
  clearAway();
  await compile(now, before, aside);
  writeFileSync(join(aside, '.stamp'), JSON.stringify(now));
  swap(aside, now);
}

async function compile(now, before, aside) {
  const files = Object.keys(now);
  const changed = files.filter((file) => now[file] !== before[file]);
  if (changed.length > 100 && process.stderr.isTTY) process.stderr.write('Compiling thau, once …\n');
  const ts = (await import('typescript')).default;
  const packedBefore = readPack(join(dist, packName));
  /** undefined once one of them cannot be packed: then dist is loaded file by file. */
  let modules = new Map();
  for (const file of files) {
    const id = file.replace(/\.ts$/, '.js');
    const out = join(aside, id);
    mkdirSync(dirname(out), { recursive: true });
    const kept = now[file] === before[file] && copied(join(dist, id), out);
    if (!file.endsWith('.ts')) {
      if (!kept) copyFileSync(join(src, file), out);
      continue;
    }
    if (!kept) writeFileSync(out, transpile(ts, join(src, file)));
    const text = (kept ? packedBefore?.text(id) : undefined) ?? packed(ts, id, readFileSync(out, 'utf8'));
    if (text === undefined) modules = undefined;
    else modules?.set(id, text);
  }
  if (modules !== undefined) writePack(join(aside, packName), modules);
}

/** false when another process has just moved it away. */
function copied(from, to) {
  try {
    copyFileSync(from, to);
    return true;
  } catch {
    return false;
  }
}

function transpile(ts, file) {
  const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
    fileName: file,
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
    },
  });
  return outputText;
}

function swap(aside, now) {
  const old = join(root, `.dist-old-${String(process.pid)}`);
  try {
    // another process may have been quicker: then nothing is moved under the feet of who runs from it
    if (same(now, compiled())) return;
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(aside, dist);
  } catch (error) {
    if (!existsSync(stampFile)) throw error;
  } finally {
    for (const folder of [aside, old]) rmSync(folder, { recursive: true, force: true });
  }
}

/** Folders of compilers that were killed. */
function clearAway() {
  for (const name of readdirSync(root)) {
    const pid = Number(/^\.dist-(?:old-)?(\d+)$/.exec(name)?.[1]);
    if (!pid) continue;
    try {
      process.kill(pid, 0);
    } catch (error) {
      if (error.code === 'ESRCH') rmSync(join(root, name), { recursive: true, force: true });
    }
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) await compileIfStale();
