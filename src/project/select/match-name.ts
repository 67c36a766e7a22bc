import { fnmatch, hasWildcard } from './fnmatch.js';

/**
 * dbt's `fqn` method: a node's own name, or the beginning of its fully qualified name, with or without the package;
 * from the first part with a wildcard on, the pattern must match all the rest. A bare pattern also matches the name
 * alone, wherever the node is nested.
 */
export function matchesName(fqn: readonly string[], wanted: string, versioned: boolean): boolean {
  return matches(fqn, wanted, versioned) || matches(fqn.slice(1), wanted, versioned);
}

function matches(fqn: readonly string[], wanted: string, versioned: boolean): boolean {
  const parts = wanted.split('.');
  // the last part of a versioned model is its version: `orders`, `orders.v2` and `orders_v2` all name it
  const name = versioned ? fqn.at(-2) : fqn.at(-1);
  if (name === wanted) return true;
  if (versioned && fqn.slice(-2).join('_') === parts.slice(-2).join('_')) return true;
  const flat = fqn.flatMap((part) => part.split('.'));
  if (flat.length < parts.length) return false;
  const wild = parts.findIndex(hasWildcard);
  const fixed = wild < 0 ? parts : parts.slice(0, wild);
  if (fixed.some((part, index) => flat[index] !== part)) return false;
  if (wild < 0) return true;
  if (fnmatch(flat.slice(wild).join('.'), parts.slice(wild).join('.'))) return true;
  return parts.length === 1 && name !== undefined && fnmatch(name, wanted);
}
