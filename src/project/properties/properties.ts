import type { YamlFile, YamlMapping } from '../yaml/yaml-file.js';

/** The sections whose entries describe a file that exists beside them. */
export type PatchKind = 'models' | 'seeds' | 'snapshots' | 'analyses' | 'macros' | 'data_tests';

/** The sections whose entries are nodes of their own. */
export type DeclarationKind =
  'sources' | 'exposures' | 'groups' | 'metrics' | 'semantic_models' | 'saved_queries' | 'unit_tests';

/** Keys that make an entry another kind of thing. */
export type MarkedKey = 'relation' | 'versions';

/** One entry of a properties file. */
export interface Entry {
  readonly packageName: string;
  /** File, section and place in the section: tells it from every other entry. */
  readonly id: string;
  /** Read when first asked for, like `raw`: an entry whose file did not change may never be looked at. */
  readonly yaml: YamlFile;
  readonly raw: YamlMapping;
  readonly name: string;
  /** Which of these keys it has, known without reading the file. */
  readonly has: readonly MarkedKey[];
  /** What errors call the file. */
  readonly shown: string;
  /** The file relative to its package. */
  readonly path: string;
  /** The folders between the configured folder and the file: part of a node's fqn. */
  readonly folders: readonly string[];
}

/** Everything that the properties files of all packages say. */
export interface Properties {
  /** By package, then by name. */
  readonly patches: Readonly<Record<PatchKind, PatchTable>>;
  readonly declarations: Readonly<Record<DeclarationKind, readonly Entry[]>>;
}

/** The entries that describe files, found by package and name. */
export class PatchTable {
  readonly #entries = new Map<string, Entry>();
  readonly #used = new Set<Entry>();

  /** The entry that was there before, when the name is taken. */
  add(entry: Entry): Entry | undefined {
    const key = `${entry.packageName}.${entry.name}`;
    const before = this.#entries.get(key);
    if (before === undefined) this.#entries.set(key, entry);
    return before;
  }

  /** Is told of each entry that is looked for. */
  onTake: ((packageName: string, name: string, found: Entry | undefined) => void) | undefined;

  find(packageName: string, name: string): Entry | undefined {
    return this.#entries.get(`${packageName}.${name}`);
  }

  /** Finds the entry and notes that its file exists. */
  take(packageName: string, name: string): Entry | undefined {
    const entry = this.find(packageName, name);
    if (entry !== undefined) this.#used.add(entry);
    this.onTake?.(packageName, name, entry);
    return entry;
  }

  entries(): Entry[] {
    return [...this.#entries.values()];
  }

  /** Entries whose file was never found. */
  unused(): Entry[] {
    return this.entries().filter((entry) => !this.#used.has(entry));
  }
}
