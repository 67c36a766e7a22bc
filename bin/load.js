// Runs the modules of the pack (pack.js) with what V8 had compiled of them before: most of the time that a short command
// took was spent on finding, reading and compiling some three hundred files.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';
import { opening, packName, readPack } from './pack.js';

const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist');

/** A module of dist; from the pack, where there is one. */
export async function load(id) {
  const pack = readPack(join(dist, packName));
  if (pack === undefined) return import(pathToFileURL(join(dist, id)).href);
  return new Loader(pack).import(`./${id}`);
}

class Loader {
  #modules = new Map();
  #scripts = new Map();
  /** What modules wait for at their top. */
  #ready = Promise.resolve();
  #require = createRequire(join(dist, 'cli/main.js'));
  #code;

  constructor(pack) {
    this.pack = pack;
    this.#require.default = (specifier) => {
      const found = this.#require(specifier);
      return isNamespace(found) ? found.default : found;
    };
    this.#code = new CodeFile(join(dist, `.code-${process.version}-${process.arch}`), pack.id);
    process.on('exit', () => this.#code.keep(this.#scripts));
  }

  /** As `import()`: what the module waits for at its top is awaited, that of all it imports included. */
  import = async (specifier) => {
    const found = specifier.startsWith('./') ? this.#packed(specifier.slice(2)) : this.#outer(specifier);
    for (let ready; ready !== this.#ready;) await (ready = this.#ready);
    return found;
  };

  /** As `import()` of a package, or of a module of Node's. */
  #outer(specifier) {
    const found = this.#require(specifier);
    return isNamespace(found) ? found : { ...found, default: found };
  }

  #packed = (id) => {
    const known = this.#modules.get(id);
    if (known !== undefined) return known;
    const exports = {};
    this.#modules.set(id, exports);
    const file = join(dist, id);
    const text = this.pack.text(id);
    if (text === undefined) throw new Error(`dist has no ${id}`);
    const cachedData = this.#code.of(id);
    const script = new Script(text, {
      filename: pathToFileURL(file).href,
      columnOffset: -opening.length,
      cachedData,
    });
    if (script.cachedDataRejected) this.#code.refuse();
    this.#scripts.set(id, script);
    const meta = { url: pathToFileURL(file).href, filename: file, dirname: dirname(file) };
    const wait = (promise) => void (this.#ready = Promise.all([this.#ready, promise]));
    try {
      script.runInThisContext()(exports, this.#require, this.#packed, this.import, wait, meta);
    } catch (error) {
      this.#modules.delete(id);
      throw error;
    }
    return exports;
  };
}

/** Whether a `default` is one of its names, and not the whole. */
function isNamespace(module) {
  return module.__esModule === true || module[Symbol.toStringTag] === 'Module';
}

/** What V8 compiled, from one process to the next. */
class CodeFile {
  #bytes;
  #start = 0;
  #index = {};
  #refused = false;

  constructor(file, packId) {
    this.file = file;
    this.packId = packId;
    try {
      const bytes = readFileSync(file);
      const end = bytes.indexOf(0x0a);
      const header = JSON.parse(bytes.toString('latin1', 0, end));
      if (header.pack !== packId) return;
      this.#bytes = bytes;
      this.#start = end + 1;
      this.#index = header.index;
    } catch {
      // none yet
    }
  }

  of(id) {
    const place = this.#index[id];
    if (place === undefined) return undefined;
    const bytes = this.#bytes.subarray(this.#start + place[0], this.#start + place[0] + place[1]);
    return crc32(bytes) === place[2] ? bytes : undefined;
  }

  /** This process runs with other flags than who wrote it: they would write over each other for ever. */
  refuse() {
    this.#refused = true;
  }

  /** Adds what was compiled in this process. */
  keep(scripts) {
    if (this.#refused || [...scripts.keys()].every((id) => this.#index[id] !== undefined)) return;
    const ids = new Set([...Object.keys(this.#index), ...scripts.keys()]);
    const parts = [...ids].map((id) => [id, this.of(id) ?? scripts.get(id)?.createCachedData()]);
    const index = {};
    let at = 0;
    const whole = parts.filter(([, bytes]) => bytes !== undefined);
    for (const [id, bytes] of whole) {
      index[id] = [at, bytes.length, crc32(bytes)];
      at += bytes.length;
    }
    const aside = `${this.file}.${String(process.pid)}`;
    try {
      writeFileSync(
        aside,
        Buffer.concat([
          Buffer.from(`${JSON.stringify({ pack: this.packId, index })}\n`),
          ...whole.map(([, bytes]) => bytes),
        ]),
      );
      renameSync(aside, this.file);
    } catch {
      // a folder of somebody else's: compiled anew each time
      rmSync(aside, { force: true });
    }
  }
}
