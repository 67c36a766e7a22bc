import type { Value } from '../../jinja/values/value.js';
import type { MacroTable } from './macro-table.js';
import { NodeGlobals } from './node-globals.js';
import type { RunState } from './run-state.js';

/** Names that make a render differ from one run to the next. */
const volatileNames = new Set(['invocation_id', 'run_started_at', 'modules']);

/** The names of a template that runs, and notes of what they were used for. */
export class RunGlobals extends NodeGlobals {
  constructor(
    macros: MacroTable,
    packageName: string,
    own: ReadonlyMap<string, Value>,
    shared: ReadonlyMap<string, Value>,
    readonly state: RunState,
  ) {
    super(macros, packageName, own, shared);
  }

  override get(name: string): Value | undefined {
    if (volatileNames.has(name)) this.state.volatile = true;
    return super.get(name);
  }
}
