import { macroOf } from '../../jinja/render.js';
import type { Limits } from '../../jinja/values/call.js';
import type { Globals } from '../../jinja/evaluate/frame.js';
import type { Callable } from '../../jinja/filters/callable.js';
import { HostFunction } from '../../jinja/values/host-function.js';
import { HostObject } from '../../jinja/values/host-object.js';
import type { Value } from '../../jinja/values/value.js';
import type { MacroEntry, MacroTable } from './macro-table.js';

const textFilters: ReadonlyMap<string, Callable> = new Map(
  ['as_text', 'as_bool', 'as_number', 'as_native'].map((name) => [name, ({ args }) => args[0] ?? null]),
);

/**
 * The names a node's template sees: macros first (a project may replace even `ref` by a macro of its own), then
 * the node's own names, then those all nodes share. A macro sees the names of the node it is called for.
 */
export class NodeGlobals implements Globals {
  readonly #bound = new Map<MacroEntry, Value>();

  constructor(
    readonly macros: MacroTable,
    readonly packageName: string,
    readonly own: ReadonlyMap<string, Value>,
    readonly shared: ReadonlyMap<string, Value>,
  ) {}

  get limits(): Partial<Limits> | undefined {
    return this.macros.limits;
  }

  /** dbt's filters that say in YAML of what kind a text is; in SQL all is text. */
  readonly filters = textFilters;

  get(name: string): Value | undefined {
    const macro = this.macros.namesSeenBy(this.packageName).get(name);
    if (macro !== undefined) return this.bind(macro);
    // `this` may be none, which is a value too
    const own = this.own.get(name);
    const value = own === undefined ? this.shared.get(name) : own;
    if (value !== undefined) return value;
    if (this.macros.hasPackage(name)) return new MacroNamespace(this, name);
    if (name === 'context') return new ContextValue(this);
    return undefined;
  }

  *keys(): Iterable<string> {
    yield* this.macros.namesSeenBy(this.packageName).keys();
    yield* this.own.keys();
    yield* this.shared.keys();
    yield* this.macros.packageNames();
  }

  /** The macro as a value that runs among these names. */
  bind(macro: MacroEntry): Value {
    this.macros.onUse?.(macro);
    let bound = this.#bound.get(macro);
    if (bound === undefined) {
      bound = macroOf(macro.template, macro.block, this);
      this.#bound.set(macro, bound);
    }
    return bound;
  }
}

/** `dbt_utils` in `dbt_utils.star(…)`. */
class MacroNamespace extends HostObject {
  readonly typeName = 'MacroNamespace';

  constructor(
    readonly globals: NodeGlobals,
    readonly packageName: string,
  ) {
    super();
  }

  override getAttribute(name: string): Value | undefined {
    const macro = this.globals.macros.inPackage(this.packageName, name);
    return macro && this.globals.bind(macro);
  }

  override getItem(key: Value): Value | undefined {
    return typeof key === 'string' ? this.getAttribute(key) : undefined;
  }

  override iterate(): Iterable<Value> {
    return this.globals.macros.namesIn(this.packageName);
  }

  override contains(value: Value): boolean {
    return typeof value === 'string' && this.globals.macros.inPackage(this.packageName, value) !== undefined;
  }

  override get isMapping(): boolean {
    return true;
  }
}

/** `context`: all of the names as a mapping. */
class ContextValue extends HostObject {
  readonly typeName = 'dict';

  constructor(readonly globals: NodeGlobals) {
    super();
  }

  override getItem(key: Value): Value | undefined {
    return typeof key === 'string' ? this.globals.get(key) : undefined;
  }

  override getAttribute(name: string): Value | undefined {
    if (name !== 'get') return undefined;
    return new HostFunction(name, ({ args }) => this.getItem(args[0] ?? null) ?? args[1] ?? null);
  }

  override contains(value: Value): boolean {
    return this.getItem(value) !== undefined;
  }

  override iterate(): Iterable<Value> {
    return this.globals.keys();
  }

  override get isMapping(): boolean {
    return true;
  }
}
