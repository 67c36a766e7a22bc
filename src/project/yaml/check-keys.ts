import { didYouMean, nearest } from '../../errors/suggest.js';
import { ThauError } from '../../errors/thau-error.js';
import type { Problems } from '../problems.js';
import type { YamlFile, YamlMapping } from './yaml-file.js';

export interface KeyRule {
  /** What the mapping is, for the message: `model "customers"`. */
  readonly owner: string;
  readonly allowed: ReadonlySet<string>;
  /** Whether every unknown key is an error; else only those that look like a slip of an allowed one. */
  readonly strict?: boolean;
}

/**
 * Reports keys that mean nothing here. dbt 1 let unknown properties pass with a warning, so a foreign key warns;
 * one that is nearly an allowed key is a slip and an error.
 */
export function checkKeys(yaml: YamlFile, mapping: YamlMapping, rule: KeyRule, problems: Problems): void {
  for (const key of Object.keys(mapping)) {
    if (rule.allowed.has(key)) continue;
    const slip = nearest(key, rule.allowed);
    const at = yaml.at(mapping, key);
    const source = yaml.excerpt(at);
    const error = new ThauError('PROJECT_UNKNOWN_KEY', `${rule.owner} has no key "${key}"`, {
      at,
      ...(source === undefined ? {} : { excerpt: source }),
      hint: didYouMean(key, rule.allowed) ?? `Known keys: ${[...rule.allowed].join(', ')}.`,
    });
    if (slip !== undefined || rule.strict === true) problems.error(error);
    else problems.warn(error);
  }
}
