import type { Dict } from '../../jinja/values/dict.js';
import type { Value } from '../../jinja/values/value.js';

/** The parts of a relation's name. */
export type RelationPart = 'database' | 'schema' | 'identifier';

export const relationParts: readonly RelationPart[] = ['database', 'schema', 'identifier'];

export type RelationPath = Readonly<Record<RelationPart, string | null>>;

export function pathOf(given: ReadonlyMap<string, Value>): Partial<Record<RelationPart, string | null>> {
  const path: Partial<Record<RelationPart, string | null>> = {};
  for (const part of relationParts) {
    const value = given.get(part);
    if (value === null || typeof value === 'string') path[part] = value;
  }
  return path;
}

/** Which parts a dict switches on and off. */
export function flags(given: Dict): Partial<Record<RelationPart, boolean>> {
  const result: Partial<Record<RelationPart, boolean>> = {};
  for (const part of relationParts) {
    const value = given.get(part);
    if (typeof value === 'boolean') result[part] = value;
  }
  return result;
}
