import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sameJson } from '../../../src/build/publish/same-json.js';

/** What `sameJson` spares: writing both, and reading them again. */
const byWriting = (a: unknown, b: unknown): boolean => {
  const read = (value: unknown): unknown =>
    value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
  return isDeepStrictEqual(read(a), read(b));
};

describe('two values as JSON', () => {
  test('are the same whatever the order of members, and with members that JSON leaves out', () => {
    expect(sameJson({ a: 1, b: [null] }, { b: [undefined], a: 1, c: undefined })).toBe(true);
    expect(
      sameJson({ at: new Date(0), nan: Number.NaN }, { at: '1970-01-01T00:00:00.000Z', nan: null }),
    ).toBe(true);
  });

  test('differ by a member, an item, a type or their length', () => {
    expect(sameJson({ a: 1 }, { a: 1, b: null })).toBe(false);
    expect(sameJson({ a: 1, b: null }, { a: 1 })).toBe(false);
    expect(sameJson([1, 2], [1])).toBe(false);
    expect(sameJson([], {})).toBe(false);
    expect(sameJson({ a: '1' }, { a: 1 })).toBe(false);
    expect(sameJson({ constructor: 1 }, {})).toBe(false);
    expect(sameJson({}, undefined)).toBe(false);
  });

  test('are compared as if both had been written and read again', () => {
    const value = fc.object({
      withDate: true,
      values: [fc.constantFrom(1, 'a', null, undefined, Number.NaN, true)],
    });
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(sameJson(a, b)).toBe(byWriting(a, b));
        expect(sameJson(a, JSON.parse(JSON.stringify(a)))).toBe(true);
      }),
    );
  });
});
