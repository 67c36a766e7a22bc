import type { YamlFile, YamlMapping } from '../yaml/yaml-file.js';

/** The sections whose entries describe a file that exists beside them. */
export type PatchKind = 'models' | 'seeds' | 'snapshots' | 'analyses' | 'macros' | 'data_tests';

/** The sections whose entries are nodes of their own. */
export type DeclarationKind =
  'sources' | 'exposures' | 'groups' | 'metrics' | 'semantic_models' | 'saved_queries' | 'unit_tests';

/** One entry of a properties file. */
export interface Entry {
  readonly packageName: string;
  readonly yaml: YamlFile;
  readonly raw: YamlMapping;
  readonly name: string;
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

  /** Finds the entry and notes that its file exists. */
  take(packageName: string, name: string): Entry | undefined {
    const entry = this.#entries.get(`${packageName}.${name}`);
    if (entry !== undefined) this.#used.add(entry);
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
