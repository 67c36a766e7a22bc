import { ThauError, type Place } from '../../errors/thau-error.js';
import type { Hook, NodeConfig } from '../manifest.js';
import { Expect } from '../yaml/expect.js';
import type { YamlMapping } from '../yaml/yaml-file.js';
import { defaultConfigs, type ConfiguredType } from './default-config.js';
import { folderConfigs } from './folder-config.js';
import { asList, mergeConfig, type ConfigValues } from './merge-config.js';
import { isMicrobatch, microbatchConfig } from './microbatch-config.js';
import type { ConfigSection, ProjectSettings } from './project-settings.js';

/** A node, as far as its config depends on it. */
export interface ConfigRequest {
  readonly type: ConfiguredType;
  readonly package: ProjectSettings;
  readonly fqn: readonly string[];
  /** The `config:` of its properties, and what stands beside it in dbt 1's way. */
  readonly properties: readonly YamlMapping[];
  /** What its own `config()` calls said, in order. */
  readonly calls: readonly YamlMapping[];
  /** For errors. */
  readonly at: Place;
  readonly owner: string;
}

const sectionOf: Readonly<Record<ConfiguredType, ConfigSection>> = {
  model: 'models',
  seed: 'seeds',
  snapshot: 'snapshots',
  test: 'data_tests',
  analysis: 'analyses',
  operation: 'models',
};

export interface ResolvedConfig {
  readonly config: NodeConfig;
  /** What the project says itself, without dbt's defaults: `unrendered_config`. */
  readonly written: ConfigValues;
}

/**
 * A node's config: defaults, its package's dbt_project.yml from the outside in, its properties, its own
 * `config()`, and for an installed package last the root project's word.
 */
export function resolveConfig(request: ConfigRequest, root: ProjectSettings): ResolvedConfig {
  const section = sectionOf[request.type];
  const levels = [
    ...folderConfigs(request.package.configs[section], request.fqn),
    ...request.properties,
    ...request.calls,
    ...(request.package === root ? [] : folderConfigs(root.configs[section], request.fqn)),
  ];
  // thousands of nodes say nothing of their own: those of one folder share one config
  const isCommon = request.properties.length === 0 && request.calls.length === 0;
  const key = isCommon ? [request.type, ...levels.map(numberOf)].join(' ') : '';
  const known = isCommon ? common.get(root)?.get(key) : undefined;
  if (known !== undefined) return known;
  let written: ConfigValues = {};
  for (const level of levels) written = mergeConfig(written, level);
  const config = finish(mergeConfig(defaultConfigs[request.type], written), request);
  const resolved = { config, written };
  if (isCommon) {
    const ofRoot = common.get(root) ?? new Map<string, ResolvedConfig>();
    common.set(root, ofRoot.set(key, resolved));
  }
  return resolved;
}

const common = new WeakMap<ProjectSettings, Map<string, ResolvedConfig>>();
const numbers = new WeakMap<object, number>();
let lastNumber = 0;

/** A number for each level of dbt_project.yml: `folderConfigs` hands out one object for each. */
function numberOf(level: YamlMapping): number {
  const known = numbers.get(level);
  if (known !== undefined) return known;
  numbers.set(level, ++lastNumber);
  return lastNumber;
}

/** Checks the keys dbt gives a meaning and brings them into one shape. */
function finish(config: ConfigValues, request: ConfigRequest): NodeConfig {
  const wrong = (key: string, expected: string): ThauError =>
    new ThauError('PROJECT_CONFIG', `the config "${key}" of ${request.owner} must be ${expected}`, {
      at: request.at,
      hint: 'Look at config() in the file, `config:` in its properties, and dbt_project.yml.',
    });
  const { enabled, materialized } = config;
  if (typeof enabled !== 'boolean') throw wrong('enabled', 'true or false');
  if (typeof materialized !== 'string') throw wrong('materialized', 'a name such as view or table');
  for (const key of ['alias', 'schema', 'database', 'group'] as const) {
    const value = config[key];
    if (value !== null && typeof value !== 'string') throw wrong(key, 'text');
  }
  if (!Expect.isMapping(config['meta'])) throw wrong('meta', 'a mapping');
  const tags = asList(config['tags']);
  if (!tags.every((tag) => typeof tag === 'string')) throw wrong('tags', 'text or a list of texts');
  const key = config['unique_key'];
  if (
    key !== null &&
    key !== undefined &&
    typeof key !== 'string' &&
    !asList(key).every((one) => typeof one === 'string')
  ) {
    throw wrong('unique_key', 'a column or a list of columns');
  }
  const hooks = (name: 'pre_hook' | 'post_hook'): Hook[] =>
    asList(config[name]).flatMap((hook) =>
      readHook(hook, () => wrong(name, 'SQL, or a mapping with sql and transaction')),
    );
  const finished: NodeConfig = {
    ...config,
    enabled,
    materialized,
    tags: [...new Set(tags)].sort(),
    meta: config['meta'],
    pre_hook: hooks('pre_hook'),
    post_hook: hooks('post_hook'),
  };
  const fault = enabled && isMicrobatch(finished) ? microbatchConfig(finished) : undefined;
  if (fault !== undefined && 'what' in fault) {
    throw new ThauError('PROJECT_CONFIG', `${request.owner}: ${fault.what}`, {
      at: request.at,
      hint: fault.hint,
    });
  }
  return finished;
}

function readHook(hook: unknown, wrong: () => ThauError): Hook[] {
  if (typeof hook === 'string') {
    // before_begin() and its kin render to JSON
    const json = hook.trimStart().startsWith('{"') ? tryJson(hook) : undefined;
    return json === undefined ? [{ sql: hook, transaction: true }] : readHook(json, wrong);
  }
  if (!Expect.isMapping(hook) || typeof hook['sql'] !== 'string') throw wrong();
  return [{ sql: hook['sql'], transaction: hook['transaction'] !== false }];
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
