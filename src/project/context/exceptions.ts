import { ThauError } from '../../errors/thau-error.js';
import type { Call } from '../../jinja/values/call.js';
import { HostFunction } from '../../jinja/values/host-function.js';
import { HostObject } from '../../jinja/values/host-object.js';
import { str } from '../../jinja/values/repr.js';
import type { Value } from '../../jinja/values/value.js';

/** dbt's `exceptions`: how a macro refuses. `warn` hands on what a macro has to say. */
export class Exceptions extends HostObject {
  readonly typeName = 'exceptions';

  constructor(readonly warn: (message: string, call: Call) => void) {
    super();
  }

  override getAttribute(name: string): Value | undefined {
    if (name === 'warn') {
      return new HostFunction(name, (call) => {
        this.warn(messageOf(call), call);
        return '';
      });
    }
    const explain = Object.hasOwn(raises, name) ? raises[name] : undefined;
    if (explain === undefined) return undefined;
    return new HostFunction(name, (call) => {
      throw new ThauError('PROJECT_RAISED', explain(call), {
        at: call.context.place(),
        notes: call.context.macroStack(),
        hint: 'A macro of the project, or of a package, refused: its message says why.',
      });
    });
  }
}

function messageOf(call: Call): string {
  return str(call.args[0] ?? call.kwargs.get('msg') ?? '');
}

const arg = (call: Call, index: number): string => str(call.args[index] ?? '');

const raises: Readonly<Record<string, (call: Call) => string>> = {
  raise_compiler_error: messageOf,
  raise_database_error: messageOf,
  raise_dependency_error: messageOf,
  raise_not_implemented: messageOf,
  raise_fail_fast_error: messageOf,
  raise_cache_inconsistent: messageOf,
  raise_dataclass_not_dict: () => 'the object is not a dict',
  missing_config: (call) => `the config "${arg(call, 1)}" is missing`,
  missing_materialization: (call) => `there is no materialization for ${arg(call, 0)}`,
  missing_relation: (call) => `the relation ${arg(call, 0)} does not exist`,
  raise_ambiguous_alias: (call) => `two nodes have the relation name ${arg(call, 2)}`,
  raise_ambiguous_catalog_match: (call) => `two relations of the catalog match ${arg(call, 0)}`,
  relation_wrong_type: (call) => `the relation ${arg(call, 0)} should be a ${arg(call, 1)}`,
  raise_contract_error: () => 'the columns differ from the contract',
  column_type_missing: () => 'a contract needs the data_type of every column',
  raise_duplicate_patch_name: (call) => `two entries describe ${arg(call, 0)}`,
  raise_invalid_property_yml_version: (call) => `the version of ${arg(call, 0)} is not 2`,
  snapshot_timestamp: messageOf,
};
