import { ThauError } from '../../errors/thau-error.js';
import type { Call } from '../../jinja/values/call.js';
import type { RefArgs } from '../manifest.js';
import type { Value } from '../../jinja/values/value.js';

/** `ref('model')`, `ref('package', 'model')`, each with `v=` or `version=`. */
export function refArguments(call: Call): RefArgs {
  const { args, kwargs } = call;
  const names = args.filter((arg): arg is string => typeof arg === 'string');
  const version = kwargs.get('v') ?? kwargs.get('version') ?? null;
  const unknown = [...kwargs.keys()].filter((key) => key !== 'v' && key !== 'version');
  const [first, second] = names;
  if (names.length !== args.length || first === undefined || names.length > 2 || unknown.length > 0) {
    throw new ThauError('PROJECT_CALL', 'ref() takes a name, or a package and a name, and a version', {
      at: call.context.place(),
      notes: call.context.macroStack(),
      hint: "Write ref('customers'), ref('shop', 'customers') or ref('customers', v=2).",
    });
  }
  return second === undefined
    ? { name: first, package: null, version: versionOf(version) }
    : { name: second, package: first, version: versionOf(version) };
}

function versionOf(value: Value): string | number | null {
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}

/** `source('crm', 'customers')` */
export function sourceArguments(call: Call): [string, string] {
  const [source, table, ...others] = call.args;
  if (typeof source !== 'string' || typeof table !== 'string' || others.length > 0 || call.kwargs.size > 0) {
    throw new ThauError('PROJECT_CALL', 'source() takes the name of a source and of a table', {
      at: call.context.place(),
      notes: call.context.macroStack(),
      hint: "Write source('crm', 'customers').",
    });
  }
  return [source, table];
}
