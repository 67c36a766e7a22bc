import { createHmac, randomBytes } from 'node:crypto';
import { readCacheFile, writeCacheFile } from './cache-file.js';
import { decodeUnits, encodeUnits, type EncodedUnits } from './encode-units.js';
import { FileTable, type FileStamp } from './file-table.js';
import { ParseMemory } from './parse-memory.js';
import { Readings, type KeptReadings } from './readings.js';
import type { ProjectSettings } from '../settings/project-settings.js';

/** Its name in the target folder, where dbt keeps its partial_parse.msgpack. */
export const cacheFileName = 'partial_parse.thau';

/** What a cache file holds. */
interface CacheBody extends EncodedUnits {
  /** Of thau. */
  readonly version: string;
  readonly readings: KeptReadings;
  /** Everything that all units depend on, as one hash. */
  readonly world: string;
  /** With which the values of environment variables are hashed: short values cannot be guessed from their hashes. */
  readonly salt: string;
  /** The environment variables that were read, with the hash of each value; null where it was not set. */
  readonly environment: Readonly<Record<string, string | null>>;
  readonly stamps: Readonly<Record<string, FileStamp>>;
}

export interface ParseCacheOptions {
  readonly projectDir: string;
  /** Of thau: what another version left is not used. */
  readonly version: string;
  /** The cache file. */
  readonly file: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * What one parse leaves for the next. Nothing of it is believed that cannot be checked: files by their stamps,
 * environment variables and everything else that units depend on by hashes. Values of variables are never kept.
 */
export class ParseCache {
  readonly memory: ParseMemory;
  /** The environment, noting which variables are read. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly #options: ParseCacheOptions;
  readonly #before: CacheBody | undefined;
  readonly #read = new Set<string>();
  #world = '';
  #used = false;
  #holdsAll = false;
  /** Of the cache file as it stands. */
  #hash: string | undefined;

  constructor(options: ParseCacheOptions) {
    this.#options = options;
    const { body, hash } = readCacheFile(options.file) ?? {};
    this.#before = isBody(body) ? body : undefined;
    this.#hash = hash;
    const files = new FileTable(options.projectDir, this.#before?.stamps);
    this.memory = new ParseMemory(
      files,
      new Readings(files, this.#before?.version === options.version ? this.#before.readings : undefined),
    );
    this.env = noting(options.env, this.#read);
  }

  /** Takes the earlier units over if all that they depend on in common is what it was. */
  recall(world: string, packages: ReadonlyMap<string, ProjectSettings>): void {
    this.#world = world;
    const before = this.#before;
    if (before?.world !== world) return;
    for (const [name, value] of Object.entries(before.environment)) {
      if (value !== this.#hashOf(name, before.salt)) return;
    }
    try {
      this.memory.recall(decodeUnits(before, packages));
      this.#used = true;
    } catch {
      // of another shape: as if there were none
    }
  }

  /** Keeps what this parse found, unless the file says it already. */
  save(): void {
    if (this.#used && this.memory.isComplete) {
      this.#holdsAll = true;
      return;
    }
    const before = this.#used ? this.#before : undefined;
    const salt = before?.salt ?? randomBytes(16).toString('hex');
    const names = new Set([...Object.keys(before?.environment ?? {}), ...this.#read]);
    const { files, readings } = this.memory;
    const encoded = encodeUnits(this.memory.units);
    const stamps = [...encoded.files, ...readings.paths].flatMap((shown) => {
      const stamp = files.stamp(shown);
      return stamp === undefined ? [] : [[shown, stamp] as const];
    });
    const body: CacheBody = {
      version: this.#options.version,
      readings: readings.kept,
      world: this.#world,
      salt,
      environment: Object.fromEntries([...names].sort().map((name) => [name, this.#hashOf(name, salt)])),
      stamps: Object.fromEntries(stamps),
      ...encoded,
    };
    this.#hash = writeCacheFile(this.#options.file, body);
    this.#holdsAll = this.memory.isWhole && Object.keys(encoded.units).length === this.memory.units.size;
  }

  /** The hash of everything that the units came to; undefined where the file does not have all of it. */
  get unitsHash(): string | undefined {
    return this.#holdsAll ? this.#hash : undefined;
  }

  #hashOf(name: string, salt: string): string | null {
    const { env } = this.#options;
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    return value === undefined ? null : createHmac('sha256', salt).update(value).digest('base64');
  }
}

function isBody(body: unknown): body is CacheBody {
  if (typeof body !== 'object' || body === null) return false;
  const { version, readings, world, salt, environment, stamps, files, configs, shapes, units } =
    body as Record<string, unknown>;
  const isMapping = (value: unknown): boolean =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  return (
    typeof world === 'string' &&
    typeof salt === 'string' &&
    Array.isArray(files) &&
    Array.isArray(configs) &&
    Array.isArray(shapes) &&
    [environment, stamps, units].every(isMapping) &&
    typeof version === 'string' &&
    isMapping(readings) &&
    ['standard', 'macros', 'docs'].every((key) => isMapping((readings as Record<string, unknown>)[key]))
  );
}

/** The variables, with the names of those that are looked at added to `names`. */
function noting(
  env: Readonly<Record<string, string | undefined>>,
  names: Set<string>,
): Readonly<Record<string, string | undefined>> {
  return new Proxy(env, {
    get: (target, name) => {
      if (typeof name === 'string') names.add(name);
      return Reflect.get(target, name) as unknown;
    },
    getOwnPropertyDescriptor: (target, name) => {
      if (typeof name === 'string') names.add(name);
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
  });
}
