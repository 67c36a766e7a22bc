import type { Value } from '../../jinja/values/value.js';
import { HostRecord } from '../context/host-record.js';
import type { ParseMemory } from './parse-memory.js';

/** Names whose values differ from one parse to the next. */
const passing: ReadonlySet<string> = new Set(['run_started_at', 'invocation_id']);

/** The names all nodes of a package share; what is made of a passing one is not remembered. */
export class WatchedNames extends Map<string, Value> {
  readonly #memory: ParseMemory;

  constructor(names: ReadonlyMap<string, Value>, memory: ParseMemory) {
    super(names);
    this.#memory = memory;
    const modules = names.get('modules');
    if (modules instanceof HostRecord) super.set('modules', new WatchedModules(modules, memory));
  }

  override get(name: string): Value | undefined {
    if (passing.has(name)) this.#memory.notePassing();
    return super.get(name);
  }
}

/** dbt's `modules`, whose `datetime` knows the time. */
class WatchedModules extends HostRecord {
  constructor(
    modules: HostRecord,
    readonly memory: ParseMemory,
  ) {
    super(modules.typeName, modules.fields);
  }

  override getAttribute(name: string): Value | undefined {
    if (name === 'datetime') this.memory.notePassing();
    return super.getAttribute(name);
  }
}
