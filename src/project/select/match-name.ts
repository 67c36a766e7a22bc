import { globMatches } from './glob.js';

/**
 * Whether a name selects the node with this fqn (package, folders, name, perhaps version): a whole name, a
 * prefix of the fqn with or without its package, or a pattern over the rest of it.
 */
export function matchesName(fqn: readonly string[], value: string, versioned: boolean): boolean {
  return matches(fqn, value, versioned) || matches(fqn.slice(1), value, versioned);
}

function matches(fqn: readonly string[], value: string, versioned: boolean): boolean {
  const leaf = versioned ? fqn.at(-2) : fqn.at(-1);
  if (leaf === value) return true;
  const wanted = value.split('.');
  // a versioned model is name.v2 or name_v2
  if (versioned && fqn.slice(-2).join('_') === wanted.slice(-2).join('_')) return true;
  const flat = fqn.flatMap((part) => part.split('.'));
  if (flat.length < wanted.length) return false;
  for (const [index, part] of wanted.entries()) {
    if (/[*?[\]]/.test(part)) {
      if (globMatches(flat.slice(index).join('.'), wanted.slice(index).join('.'))) return true;
      return wanted.length === 1 && globMatches(leaf ?? '', value);
    }
    if (flat[index] !== part) return false;
  }
  return true;
}
