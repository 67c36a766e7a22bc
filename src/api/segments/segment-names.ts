import type { StoredRule } from './segment-rows.js';

/** A key of letters without accents: `Mẹ bỉm sữa ở Huế` → `me_bim_sua_o_hue`; empty where no letter is left. */
export function segmentIdOf(name: string): string {
  return name
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[đĐ]/g, 'd')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '')
    .slice(0, 60);
}

/** A way by which a segment names itself through others, as `a → b → a`; undefined where there is none. */
export function circle(
  rules: readonly Pick<StoredRule, 'segmentId' | 'compiled'>[],
  from: string,
): string | undefined {
  const named = new Map(rules.map(({ segmentId, compiled }) => [segmentId, compiled.segments]));
  const seen = new Set<string>();
  const walk = (id: string, path: readonly string[]): string | undefined => {
    for (const next of named.get(id) ?? []) {
      if (next === from) return [...path, next].join(' → ');
      if (seen.has(next)) continue;
      seen.add(next);
      const found = walk(next, [...path, next]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return walk(from, [from]);
}
