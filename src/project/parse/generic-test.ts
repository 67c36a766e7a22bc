import { ThauError } from '../../errors/thau-error.js';
import { Expect } from '../yaml/expect.js';
import type { YamlFile, YamlMapping } from '../yaml/yaml-file.js';

/** A generic test as its entry says it. */
export interface GenericTest {
  /** Null for a test without a package: `dbt_utils` in `dbt_utils.not_constant`. */
  readonly namespace: string | null;
  readonly name: string;
  /** `name:` of the entry. */
  readonly customName: string | null;
  readonly description: string;
  readonly args: YamlMapping;
  readonly config: YamlMapping;
}

/** Config that dbt 1 took from among the arguments. */
const configKeys = new Set([
  'enabled',
  'severity',
  'tags',
  'meta',
  'where',
  'limit',
  'warn_if',
  'error_if',
  'fail_calc',
  'store_failures',
  'store_failures_as',
  'database',
  'schema',
  'alias',
  'group',
]);

/** Reads `- unique`, `- accepted_values: {…}` or `- {name: …, test_name: …, arguments: …}`. */
export function readGenericTest(
  entry: unknown,
  list: unknown,
  index: number,
  yaml: YamlFile,
  owner: string,
): GenericTest {
  const fault = (message: string): ThauError => new Expect(yaml).fault(list, index, message);
  if (typeof entry === 'string') return build(entry, {}, yaml, owner);
  if (!Expect.isMapping(entry)) throw fault(`a test of ${owner} must be a name or a mapping`);
  if (Object.hasOwn(entry, 'test_name')) {
    const { test_name: name, ...rest } = entry;
    if (typeof name !== 'string') throw fault(`test_name of a test of ${owner} must be text`);
    return build(name, rest, yaml, owner);
  }
  const keys = Object.keys(entry);
  const [name] = keys;
  if (name === undefined || keys.length > 1) {
    throw fault(`a test of ${owner} must have one name, not ${keys.length === 0 ? 'none' : keys.join(', ')}`);
  }
  const body = entry[name] ?? {};
  if (!Expect.isMapping(body)) throw fault(`the test "${name}" of ${owner} must be followed by a mapping`);
  return build(name, body, yaml, owner);
}

function build(written: string, body: YamlMapping, yaml: YamlFile, owner: string): GenericTest {
  const parts = written.split('.');
  const args: Record<string, unknown> = {};
  const config: Record<string, unknown> = {};
  let customName: string | null = null;
  let description = '';
  for (const [key, value] of Object.entries(body)) {
    if (key === 'name') customName = String(value);
    else if (key === 'description') description = String(value);
    else if (key === 'config' && Expect.isMapping(value)) Object.assign(config, value);
    else if (key === 'arguments' && Expect.isMapping(value)) Object.assign(args, value);
    else if (configKeys.has(key)) config[key] = value;
    else args[key] = value;
  }
  const [namespace, name] = parts.length > 1 ? [parts[0] ?? null, parts.slice(1).join('.')] : [null, written];
  if (Object.hasOwn(args, 'model')) {
    throw new ThauError('PROJECT_YAML_VALUE', `the test "${written}" of ${owner} may not set "model"`, {
      at: yaml.at(body, 'model'),
      hint: 'The model is the one the test stands under.',
    });
  }
  return { namespace, name: name.replace(/^test_/, ''), customName, description, args, config };
}
