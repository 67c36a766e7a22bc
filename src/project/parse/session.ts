import { Claims } from '../cache/claims.js';
import { FileTable } from '../cache/file-table.js';
import type { ParseMemory } from '../cache/parse-memory.js';
import { WatchedNames } from '../cache/watched-names.js';
import type { Value } from '../../jinja/values/value.js';
import { NodeGlobals } from '../context/node-globals.js';
import { MacroTable, standardPackage } from '../context/macro-table.js';
import type { Capture } from '../context/capture.js';
import { sharedNames } from '../context/shared-names.js';
import type { Environment } from '../environment.js';
import type { DeclaredNode, ManifestNode, SourceNode } from '../manifest.js';
import type { Problems } from '../problems.js';
import type { PatchKind, Properties } from '../properties/properties.js';
import type { ProjectSettings } from '../settings/project-settings.js';
import type { DocBlock } from './read-docs.js';

/** A node before its references are resolved. */
export interface Draft {
  readonly node: ManifestNode;
  readonly capture: Capture;
  readonly package: ProjectSettings;
}

/** A node of YAML before its references are resolved. */
export interface DeclaredDraft {
  readonly node: DeclaredNode;
  readonly capture: Capture;
  readonly package: ProjectSettings;
}

/** All that one parse of a project works on. The only mutable thing while it lasts. */
export class Session {
  readonly drafts: Draft[] = [];
  readonly disabled: ManifestNode[] = [];
  readonly sources: SourceNode[] = [];
  readonly disabledSources: SourceNode[] = [];
  readonly declared: DeclaredDraft[] = [];
  readonly macros: MacroTable;
  readonly files: FileTable;
  readonly taken = new Claims();
  readonly docs = new Map<string, DocBlock>();
  readonly #shared = new Map<string, Map<string, Value>>();
  readonly #yaml = new Map<string, NodeGlobals>();

  constructor(
    readonly root: ProjectSettings,
    readonly packages: ReadonlyMap<string, ProjectSettings>,
    readonly environment: Environment,
    readonly problems: Problems,
    readonly memory?: ParseMemory,
  ) {
    this.macros = this.#macroTable();
    this.files = memory?.files ?? new FileTable(root.root);
    if (memory === undefined) return;
    this.macros.onUse = ({ node, file }) => {
      if (node.package_name !== standardPackage) memory.noteFile(file);
    };
  }

  #macroTable(dispatch = this.root.dispatch): MacroTable {
    const table = new MacroTable(this.root.name, dispatch);
    table.limits = this.environment.limits;
    return table;
  }

  #properties: Properties | undefined;

  get properties(): Properties {
    if (this.#properties === undefined) throw new TypeError('the properties are not read yet');
    return this.#properties;
  }

  set properties(properties: Properties) {
    this.#properties = properties;
    const { memory } = this;
    if (memory === undefined) return;
    for (const [kind, table] of Object.entries(properties.patches)) {
      table.onTake = (packageName, name, found) => {
        memory.notePatch(kind as PatchKind, packageName, name, found?.shown ?? null);
      };
    }
  }

  /**
   * Does a piece of parsing, or repeats what it left behind at an earlier parse. `id` names all it depends on that is
   * neither one of `files` nor a macro, nor properties it looks for, nor common to all.
   */
  unit<T>(id: string, files: readonly string[], work: () => T): T {
    return this.memory === undefined ? work() : this.memory.unit(id, files, this, work);
  }

  /** The names that all nodes of a package share. */
  shared(packageName: string): ReadonlyMap<string, Value> {
    let names = this.#shared.get(packageName);
    if (names === undefined) {
      names = sharedNames(this.packages.get(packageName) ?? this.root, this.root, this.environment);
      if (this.memory !== undefined) names = new WatchedNames(names, this.memory);
      this.#shared.set(packageName, names);
    }
    return names;
  }

  /** The names that templates in YAML see: variables, environment and target, no macros of the project. */
  yamlGlobals(packageName: string): NodeGlobals {
    let globals = this.#yaml.get(packageName);
    if (globals === undefined) {
      globals = new NodeGlobals(this.#macroTable([]), packageName, new Map(), this.shared(packageName));
      this.#yaml.set(packageName, globals);
    }
    return globals;
  }
}
