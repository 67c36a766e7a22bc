import type { Tree } from './parse-sql.js';

/** The body of a node of this kind, or undefined. */
export function asKind(node: unknown, kind: string): Tree | undefined {
  return isTree(node) && isTree(node[kind]) ? node[kind] : undefined;
}

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A list of nodes, empty when absent. */
export function nodes(value: unknown): readonly Tree[] {
  return Array.isArray(value) ? value.filter(isTree) : [];
}

/** The texts of a list of String nodes; other nodes (a star, an index) are left out. */
export function names(value: unknown): string[] {
  return nodes(value).flatMap((node) => {
    const sval = asKind(node, 'String')?.['sval'];
    return typeof sval === 'string' ? [sval] : [];
  });
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
