import { ThauError } from '../../errors/thau-error.js';
import { didYouMean } from '../../errors/suggest.js';
import { bindArguments } from '../../jinja/values/bind-arguments.js';
import type { Call, CallResult } from '../../jinja/values/call.js';
import { HostFunction } from '../../jinja/values/host-function.js';
import { HostObject } from '../../jinja/values/host-object.js';
import { str } from '../../jinja/values/repr.js';
import type { Value } from '../../jinja/values/value.js';
import { toValue } from './plain.js';

/** `var(name, default)` and `var.has_var(name)`. */
export class VariablesValue extends HostObject {
  readonly typeName = 'Var';

  constructor(readonly variables: ReadonlyMap<string, unknown>) {
    super();
  }

  override call(call: Call): CallResult {
    const [key = null, fallback] = bindArguments('var', call, ['var', 'default'], 1);
    const name = str(key);
    if (this.variables.has(name)) {
      const value = this.variables.get(name);
      // a variable may hold a template, `{{ ref('pages') }}`, and is rendered where it is used
      if (typeof value !== 'string' || !/\{[{%#]/.test(value)) return toValue(value);
      const render = call.context.lookup('render');
      return render === undefined ? value : call.context.invoke(render, [value]);
    }
    if (fallback !== undefined) return fallback;
    throw new ThauError('PROJECT_UNKNOWN_VAR', `the variable "${name}" has no value`, {
      at: call.context.place(),
      notes: call.context.macroStack(),
      hint:
        didYouMean(name, this.variables.keys()) ??
        `Set it under vars: in dbt_project.yml or with --vars, or give var() a default.`,
    });
  }

  override getAttribute(name: string): Value | undefined {
    if (name !== 'has_var') return undefined;
    return new HostFunction(name, (call) => this.variables.has(str(call.args[0] ?? null)));
  }
}

/** Names whose values never reach a template: profiles and packages.yml alone may use them. */
const secretPrefix = 'DBT_ENV_SECRET';

/** `env_var(name, default)`; secrets only where `secrets` says so. */
export function environmentFunction(
  env: Readonly<Record<string, string | undefined>>,
  { secrets = false }: { readonly secrets?: boolean } = {},
): HostFunction {
  return new HostFunction('env_var', (call) => {
    const [key = null, fallback] = bindArguments('env_var', call, ['var', 'default'], 1);
    const name = str(key);
    const fault = (message: string, hint: string): ThauError =>
      new ThauError('PROJECT_ENV_VAR', message, {
        at: call.context.place(),
        notes: call.context.macroStack(),
        hint,
      });
    if (!secrets && name.startsWith(secretPrefix)) {
      throw fault(
        `the secret ${name} cannot be read here`,
        `${secretPrefix}* may be used in profiles.yml and packages.yml alone.`,
      );
    }
    const value = Object.hasOwn(env, name) ? env[name] : undefined;
    if (value !== undefined) return value;
    if (fallback === undefined || fallback === null) {
      throw fault(`the environment variable ${name} is not set`, 'Set it, or give env_var() a default.');
    }
    return str(fallback);
  });
}
