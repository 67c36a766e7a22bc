import { createHmac, randomBytes } from 'node:crypto';
import { readCacheFile, writeCacheFile } from './cache-file.js';
import { decodeUnits, encodeUnits, type EncodedUnits } from './encode-units.js';
import { FileTable, type FileStamp } from './file-table.js';
import { ParseMemory } from './parse-memory.js';
import type { ProjectSettings } from '../settings/project-settings.js';

/** Its name in the target folder, where dbt keeps its partial_parse.msgpack. */
export const cacheFileName = 'partial_parse.thau';

/** What a cache file holds. */
interface CacheBody extends EncodedUnits {
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

  constructor(options: ParseCacheOptions) {
    this.#options = options;
    const body = readCacheFile(options.file);
    this.#before = isBody(body) ? body : undefined;
    this.memory = new ParseMemory(new FileTable(options.projectDir, this.#before?.stamps));
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
    if (this.#used && this.memory.isComplete) return;
    const before = this.#used ? this.#before : undefined;
    const salt = before?.salt ?? randomBytes(16).toString('hex');
    const names = new Set([...Object.keys(before?.environment ?? {}), ...this.#read]);
    const { files } = this.memory;
    const encoded = encodeUnits(this.memory.units);
    const stamps = encoded.files.flatMap((shown) => {
      const stamp = files.stamp(shown);
      return stamp === undefined ? [] : [[shown, stamp] as const];
    });
    const body: CacheBody = {
      world: this.#world,
      salt,
      environment: Object.fromEntries([...names].sort().map((name) => [name, this.#hashOf(name, salt)])),
      stamps: Object.fromEntries(stamps),
      ...encoded,
    };
    writeCacheFile(this.#options.file, body);
  }

  #hashOf(name: string, salt: string): string | null {
    const { env } = this.#options;
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    return value === undefined ? null : createHmac('sha256', salt).update(value).digest('base64');
  }
}

function isBody(body: unknown): body is CacheBody {
  if (typeof body !== 'object' || body === null) return false;
  const { world, salt, environment, stamps, files, configs, units } = body as Record<string, unknown>;
  const isMapping = (value: unknown): boolean =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  return (
    typeof world === 'string' &&
    typeof salt === 'string' &&
    Array.isArray(files) &&
    Array.isArray(configs) &&
    [environment, stamps, units].every(isMapping)
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
