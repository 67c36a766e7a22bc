// Runs the modules of the pack (pack.js) with what V8 had compiled of them before: most of the time that a short command
// took was spent on finding, reading and compiling some three hundred files.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';
import { innerId, opening, packageOpening, packName, readPack } from './pack.js';

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
  #packages = new Map();
  /** What modules wait for at their top. */
  #ready = Promise.resolve();
  #require = createRequire(join(dist, 'cli/main.js'));
  #code;

  constructor(pack) {
    this.pack = pack;
    this.#outer.default = (specifier) => {
      const found = this.#outer(specifier);
      return isNamespace(found) ? found.default : found;
    };
    this.#code = new CodeFile(join(dist, `.code-${process.version}-${process.arch}`), pack.id);
    process.on('exit', () => this.#code.keep(this.#scripts));
  }

  /** As `import()`: what the module waits for at its top is awaited, that of all it imports included. */
  import = async (specifier) => {
    const found = specifier.startsWith('./')
      ? this.#packed(specifier.slice(2))
      : this.#outerImport(specifier);
    for (let ready; ready !== this.#ready;) await (ready = this.#ready);
    return found;
  };

  /** A package, or a module of Node's. */
  #outer = (specifier) => {
    let entry = this.#packages.get(specifier);
    if (entry === undefined) this.#packages.set(specifier, (entry = this.pack.entryOf(specifier) ?? null));
    return entry === null ? this.#require(specifier) : this.#ofPackage(entry);
  };

  /** As `import()` of one. */
  #outerImport(specifier) {
    const found = this.#outer(specifier);
    return isNamespace(found) ? found : { ...found, default: found };
  }

  #ofPackage = (id) => {
    const known = this.#modules.get(id);
    if (known !== undefined) return known.exports;
    const file = join(dist, '..', id);
    const module = { exports: {}, filename: file, id: file };
    this.#modules.set(id, module);
    const require = (specifier) =>
      specifier.startsWith('.') ? this.#ofPackage(innerId(id, specifier)) : createRequire(file)(specifier);
    try {
      const run = this.#compiled(id, { filename: file, columnOffset: -packageOpening.length });
      run.call(module.exports, module.exports, require, module, file, dirname(file));
    } catch (error) {
      this.#modules.delete(id);
      throw error;
    }
    return module.exports;
  };

  /** The function that a packed module is. */
  #compiled(id, options) {
    const text = this.pack.text(id);
    if (text === undefined) throw new Error(`the pack has no ${id}`);
    const script = new Script(text, { ...options, cachedData: this.#code.of(id) });
    if (script.cachedDataRejected) this.#code.refuse();
    this.#scripts.set(id, script);
    return script.runInThisContext();
  }

  #packed = (id) => {
    const known = this.#modules.get(id);
    if (known !== undefined) return known;
    const exports = {};
    this.#modules.set(id, exports);
    const file = join(dist, id);
    const url = pathToFileURL(file).href;
    const meta = { url, filename: file, dirname: dirname(file) };
    const wait = (promise) => void (this.#ready = Promise.all([this.#ready, promise]));
    try {
      const run = this.#compiled(id, { filename: url, columnOffset: -opening.length });
      run(exports, this.#outer, this.#packed, this.import, wait, meta);
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
