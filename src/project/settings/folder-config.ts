import { Expect } from '../yaml/expect.js';
import type { YamlMapping } from '../yaml/yaml-file.js';

/**
 * What a section of dbt_project.yml says about the node with this fqn, from the outside in: the section itself,
 * its package, then folder by folder. `+key` is always config; a plain key is one unless its value is a
 * mapping, which then is a folder.
 */
export function folderConfigs(section: YamlMapping, fqn: readonly string[]): YamlMapping[] {
  const levels: YamlMapping[] = [];
  let level: unknown = section;
  for (let depth = 0; Expect.isMapping(level); depth++) {
    const config = ownConfig(level);
    if (config !== undefined) levels.push(config);
    const next = fqn[depth];
    if (next === undefined) break;
    level = Object.hasOwn(level, next) ? level[next] : undefined;
  }
  return levels;
}

const known = new WeakMap<YamlMapping, YamlMapping | null>();

/** The config keys of one level; undefined when it only holds folders. Remembered, since every node asks. */
function ownConfig(level: YamlMapping): YamlMapping | undefined {
  const before = known.get(level);
  if (before !== undefined) return before ?? undefined;
  const config: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(level)) {
    if (key.startsWith('+')) config[key.slice(1).trim()] = value;
    else if (!Expect.isMapping(value)) config[key] = value;
  }
  const result = Object.keys(config).length === 0 ? null : config;
  known.set(level, result);
  return result ?? undefined;
}
