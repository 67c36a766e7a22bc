/**
 * Whether two values are the same once they are written as JSON, where members have no order: without writing either,
 * since artifacts of large projects have megabytes.
 */
export function sameJson(a: unknown, b: unknown): boolean {
  const [one, other] = [plain(a), plain(b)];
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) || Array.isArray(other)) {
    return (
      Array.isArray(one) &&
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((item, place) => sameJson(item ?? null, other[place] ?? null))
    );
  }
  const members = one as Readonly<Record<string, unknown>>;
  const others = other as Readonly<Record<string, unknown>>;
  let count = 0;
  for (const key of Object.keys(members)) {
    if (plain(members[key]) === undefined) continue;
    count += 1;
    if (!Object.hasOwn(others, key) || !sameJson(members[key], others[key])) return false;
  }
  return count === Object.keys(others).filter((key) => plain(others[key]) !== undefined).length;
}

/** What JSON makes of a value before it writes it; of all that have a say in it, plain data holds only moments. */
function plain(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (value instanceof Date) return value.toJSON();
  return value;
}
