import { Expect } from '../yaml/expect.js';
import type { YamlMapping } from '../yaml/yaml-file.js';

/** A config on its way: plain keys, dashes already turned to underscores where dbt has an alias. */
export type ConfigValues = Readonly<Record<string, unknown>>;

/** Keys that gather what every level says. */
const appended = new Set(['tags', 'pre_hook', 'post_hook', 'packages', 'classifications']);

/** Keys whose mappings are joined, the later level winning key by key. */
const joined = new Set(['meta', 'docs', 'quoting', 'column_types', 'persist_docs', 'labels']);

/** Keys written in more than one way. */
const aliases: Readonly<Record<string, string>> = {
  'pre-hook': 'pre_hook',
  'post-hook': 'post_hook',
  project: 'database',
  dataset: 'schema',
};

/**
 * One more level of config over those before it: dbt_project.yml's folders from the outside in, then the
 * properties' `config:`, then the file's own `config()`. Lists of tags and hooks grow, mappings such as meta are
 * joined, grants with a leading `+` are joined by privilege, everything else is overridden.
 */
export function mergeConfig(base: ConfigValues, over: YamlMapping): ConfigValues {
  const result: Record<string, unknown> = { ...base };
  for (const [written, value] of Object.entries(over)) {
    const key = aliases[written] ?? written;
    const before = result[key];
    if (appended.has(key)) result[key] = [...asList(before), ...asList(value)];
    else if (joined.has(key) && Expect.isMapping(value)) {
      result[key] = { ...(Expect.isMapping(before) ? before : {}), ...value };
    } else if (key === 'grants' && Expect.isMapping(value)) result[key] = joinGrants(before, value);
    else result[key] = value;
  }
  return result;
}

/** A value as a list: null is empty, one value is a list of one. */
export function asList(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? [...(value as unknown[])] : [value];
}

function joinGrants(before: unknown, value: YamlMapping): YamlMapping {
  const result: Record<string, unknown> = { ...(Expect.isMapping(before) ? before : {}) };
  for (const [key, grantees] of Object.entries(value)) {
    const privilege = key.replace(/^\+/, '').trim();
    const kept = key.startsWith('+') ? asList(result[privilege]) : [];
    result[privilege] = [...kept, ...asList(grantees)];
  }
  return result;
}
