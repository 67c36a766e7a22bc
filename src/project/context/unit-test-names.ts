import { ThauError } from '../../errors/thau-error.js';
import { bindArguments } from '../../jinja/values/bind-arguments.js';
import { HostFunction } from '../../jinja/values/host-function.js';
import { HostObject } from '../../jinja/values/host-object.js';
import { str } from '../../jinja/values/repr.js';
import type { Value } from '../../jinja/values/value.js';
import type { ManifestNode, SourceNode } from '../manifest.js';
import type { UnitTestOverrides } from '../unit-tests/unit-test.js';
import { type MacroEntry, type MacroTable, standardPackage } from './macro-table.js';
import { toValue } from './plain.js';
import { RelationValue } from './relation-value.js';
import type { UnitTestNames } from './render-run.js';
import { RunGlobals } from './run-globals.js';
import type { RunState } from './run-state.js';
import { VariablesValue } from './variables-value.js';

/** What `ref()` and `source()` are in a unit test: the CTE with the given rows. */
export function givenRelation(node: ManifestNode | SourceNode, test: UnitTestNames): RelationValue {
  const cte = test.ctes.get(node.unique_id);
  if (cte !== undefined) return RelationValue.cte(cte);
  const call =
    node.resource_type === 'source' ? `source('${node.source_name}', '${node.name}')` : `ref('${node.name}')`;
  throw new ThauError('BUILD_UNIT_TEST', `the unit test "${test.name}" gives no rows for ${call}`, {
    hint: `Add it under given: - {input: "${call}", rows: []}.`,
  });
}

/** The shared names with the variables and environment variables that a unit test says itself. */
export function overridden(
  shared: ReadonlyMap<string, Value>,
  { vars, env_vars: env }: UnitTestOverrides,
): ReadonlyMap<string, Value> {
  const names = new Map(shared);
  const variables = shared.get('var');
  if (variables instanceof VariablesValue) {
    names.set('var', new VariablesValue(new Map([...variables.variables, ...Object.entries(vars)])));
  }
  const original = shared.get('env_var');
  if (original instanceof HostFunction) {
    names.set(
      'env_var',
      new HostFunction('env_var', (call) => {
        const [key = null] = bindArguments('env_var', call, ['var', 'default'], 1);
        return Object.hasOwn(env, str(key)) ? str(toValue(env[str(key)])) : original.call(call);
      }),
    );
  }
  return names;
}

/**
 * The names of a unit test's model, where `overrides: {macros: …}` answers in the place of macros: `name` wherever
 * the bare name is called and in the standard package, `package.name` in that package.
 */
export class OverriddenGlobals extends RunGlobals {
  constructor(
    macros: MacroTable,
    packageName: string,
    own: ReadonlyMap<string, Value>,
    shared: ReadonlyMap<string, Value>,
    state: RunState,
    readonly overrides: Readonly<Record<string, unknown>>,
  ) {
    super(macros, packageName, own, shared, state);
  }

  override get(name: string): Value | undefined {
    const original = super.get(name);
    const key = [name, `${standardPackage}.${name}`].find((one) => Object.hasOwn(this.overrides, one));
    return key === undefined ? original : this.#answer(name, key, original);
  }

  override bind(macro: MacroEntry): Value {
    const original = super.bind(macro);
    const { name, package_name: packageName } = macro.node;
    const whole = `${packageName}.${name}`;
    const key = Object.hasOwn(this.overrides, whole)
      ? whole
      : packageName === standardPackage && Object.hasOwn(this.overrides, name)
        ? name
        : undefined;
    return key === undefined ? original : this.#answer(name, key, original);
  }

  /** What is called answers the value; what is a value, such as `invocation_id`, is the value. */
  #answer(name: string, key: string, original: Value | undefined): Value {
    const value = toValue(this.overrides[key]);
    const isCalled =
      original === undefined || (original instanceof HostObject && original.call !== undefined);
    return isCalled ? new HostFunction(name, () => value) : value;
  }
}
