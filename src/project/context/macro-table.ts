import type { BlockDefinition, Template } from '../../jinja/parse/ast.js';
import type { Limits } from '../../jinja/values/call.js';
import type { MacroNode } from '../manifest.js';
import type { MacroReferences } from '../parse/macro-references.js';
import type { DispatchRule } from '../settings/project-settings.js';

/** A macro with the template it stands in. */
export interface MacroEntry {
  readonly node: MacroNode;
  /** What errors call its file. */
  readonly file: string;
  readonly references: MacroReferences;
  readonly template: Template;
  readonly block: BlockDefinition;
}

/** thau's own macros, which every project finds behind its own. dbt calls the package `dbt`, and so must we. */
export const standardPackage = 'dbt';

/** What every project has without writing it. */
const standardMaterializations: ReadonlySet<string> = new Set([
  'view',
  'table',
  'incremental',
  'materialized_view',
  'seed',
  'snapshot',
  'test',
  'unit',
]);

/**
 * Every macro of every package, and which of them a name means. From the inside out: the node's own package, the
 * root project, then the standard ones; those of other packages by `package.macro` alone.
 */
export class MacroTable {
  readonly #packages = new Map<string, Map<string, MacroEntry>>();
  readonly #flat = new Map<string, ReadonlyMap<string, MacroEntry>>();

  /** What templates may use at most; the interpreter's defaults where it says nothing. */
  limits: Partial<Limits> | undefined;

  /** Is told of each macro that a template looks at. */
  onUse: ((entry: MacroEntry) => void) | undefined;

  constructor(
    readonly rootPackage: string,
    readonly dispatchRules: readonly DispatchRule[],
  ) {}

  /** The macro of that package and name there was before, which stays. */
  add(entry: MacroEntry): MacroEntry | undefined {
    const { package_name, name } = entry.node;
    let macros = this.#packages.get(package_name);
    if (macros === undefined) this.#packages.set(package_name, (macros = new Map<string, MacroEntry>()));
    const before = macros.get(name);
    if (before === undefined) macros.set(name, entry);
    this.#flat.clear();
    return before;
  }

  hasPackage(name: string): boolean {
    return this.#packages.has(name);
  }

  packageNames(): string[] {
    return [...this.#packages.keys()];
  }

  all(): MacroEntry[] {
    return [...this.#packages.values()].flatMap((macros) => [...macros.values()]);
  }

  inPackage(packageName: string, name: string): MacroEntry | undefined {
    return this.#packages.get(packageName)?.get(name);
  }

  namesIn(packageName: string): IterableIterator<string> {
    return (this.#packages.get(packageName) ?? new Map<string, MacroEntry>()).keys();
  }

  /** What the bare names mean in a file of this package. */
  namesSeenBy(packageName: string): ReadonlyMap<string, MacroEntry> {
    let flat = this.#flat.get(packageName);
    if (flat === undefined) {
      const layers = [standardPackage, this.rootPackage, packageName];
      flat = new Map<string, MacroEntry>(
        layers.flatMap((layer) => [...(this.#packages.get(layer)?.entries() ?? [])]),
      );
      this.#flat.set(packageName, flat);
    }
    return flat;
  }

  /**
   * What `adapter.dispatch(name, namespace)` means in a file of this package: `postgres__name`, else
   * `default__name`, in the packages that dbt_project.yml's `dispatch` lists for the namespace, else in the
   * root project and the namespace itself. Undefined with `tried`, the names looked for.
   */
  dispatch(
    name: string,
    namespace: string | null,
    seenFrom: string,
  ): { found: MacroEntry | undefined; tried: string[] } {
    const tried: string[] = [];
    for (const packageName of this.#searchOrder(namespace)) {
      for (const prefix of ['postgres', 'default']) {
        const wanted = `${prefix}__${name}`;
        const found =
          packageName === null ? this.namesSeenBy(seenFrom).get(wanted) : this.inPackage(packageName, wanted);
        tried.push(packageName === null ? wanted : `${packageName}.${wanted}`);
        if (found !== undefined) return { found, tried };
      }
    }
    return { found: undefined, tried };
  }

  #searchOrder(namespace: string | null): readonly (string | null)[] {
    if (namespace === null) return [null];
    const rule = this.dispatchRules.find((one) => one.macro_namespace === namespace);
    if (rule !== undefined) return rule.search_order;
    if (this.hasPackage(namespace)) return [...new Set([this.rootPackage, namespace])];
    return [null];
  }

  /**
   * The macro of a materialization: one for PostgreSQL before one for all databases, the root project's before a
   * package's. A package alone changes none that everybody has, as under dbt. Undefined where thau's own statements do;
   * of a standard one they do not where the project has its own of a macro that it is made by.
   */
  materialization(name: string, config: Readonly<Record<string, unknown>> = {}): MacroEntry | undefined {
    const others = this.packageNames().filter((one) => one !== this.rootPackage);
    const packages = [this.rootPackage, ...(standardMaterializations.has(name) ? [] : others)];
    for (const adapter of ['postgres', 'default']) {
      for (const packageName of packages) {
        const found = this.inPackage(packageName, `materialization_${name}_${adapter}`);
        if (found !== undefined) return found;
      }
    }
    return stepsOf(name, config).some((step) => this.#own(step) !== undefined)
      ? this.inPackage(standardPackage, `materialization_${name}_default`)
      : undefined;
  }

  /** The project's own of the macros that make the SQL of this incremental strategy; none where thau's own do. */
  strategy(config: Readonly<Record<string, unknown>>): readonly MacroEntry[] {
    return strategyStepsOf(config).flatMap((step) => this.#own(step) ?? []);
  }

  /** What the project, or a package that `dispatch` puts before thau's macros, has in the place of a standard macro. */
  #own(name: string): MacroEntry | undefined {
    const own = this.inPackage(this.rootPackage, name);
    if (own !== undefined) return own;
    const { found } = this.dispatch(name, standardPackage, standardPackage);
    return found?.node.package_name === standardPackage ? undefined : found;
  }
}

/** The macros that a standard materialization is made by, besides those that it hands nothing to. */
function stepsOf(name: string, config: Readonly<Record<string, unknown>>): readonly string[] {
  const table = ['get_create_table_as_sql', 'create_table_as', 'create_indexes', 'get_create_index_sql'];
  if (name === 'table') return table;
  if (name === 'test') return ['get_test_sql'];
  if (name === 'view') return ['get_create_view_as_sql', 'create_view_as'];
  if (name !== 'incremental' || config['incremental_strategy'] === 'microbatch') return [];
  return [...table, 'process_schema_changes', 'sync_column_schemas'];
}

/** The macros that an incremental strategy's SQL is made by. */
function strategyStepsOf(config: Readonly<Record<string, unknown>>): readonly string[] {
  const strategy = config['incremental_strategy'] ?? 'default';
  if (config['materialized'] !== 'incremental' || typeof strategy !== 'string') return [];
  if (strategy === 'microbatch') return [];
  return [
    `get_incremental_${strategy.replaceAll('+', '_')}_sql`,
    ...(strategySteps[strategy] ?? []),
    'get_quoted_csv',
  ];
}

const strategySteps: Readonly<Record<string, readonly string[]>> = {
  append: ['get_insert_into_sql'],
  'delete+insert': ['get_delete_insert_merge_sql'],
  merge: ['get_merge_sql', 'get_merge_update_columns'],
  default: ['get_insert_into_sql', 'get_delete_insert_merge_sql'],
};
