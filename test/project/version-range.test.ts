import { describe, expect, test } from 'vitest';
import { allowsThau } from '../../src/project/packages/claimed-version.js';
import { compareVersions, parseVersion, VersionRange } from '../../src/project/packages/version-range.js';

describe('a range of versions', () => {
  test.each([
    ['1.2.3', '1.2.3', true],
    ['=1.2.3', '1.2.4', false],
    ['>=1.0.0,<2.0.0', '1.9.9', true],
    ['>=1.0.0, <2.0.0', '2.0.0', false],
    ['>1.0.0', '1.0.0', false],
    ['<=1.0.0', '1.0.0', true],
    ['>=1.0.0-rc1', '1.0.0-rc2', true],
    ['>=1.0.0', '1.0.0-rc2', false],
    ['<2.0.0', '2.0.0-b1', false],
    ['<2.0.0-rc1', '2.0.0-b1', true],
    ['1.2.3+build7', '1.2.3', true],
    ['>=1.10.0', '1.9.0', false],
  ])('%s and %s: %s', (range, version, allowed) => {
    expect(VersionRange.parse([range])?.allows(version)).toBe(allowed);
  });

  test.each(['', '1', '1.2', 'latest', '^1.2.3', '~=1.0.0', '01.x.0', '>=', '1.2.3.4'])(
    'knows that %j is none, or says nothing',
    (text) => {
      const range = VersionRange.parse([text]);
      if (text === '') expect(range?.bounds).toEqual([]);
      else expect(range).toBeUndefined();
    },
  );

  test('orders prereleases as semantic versioning does', () => {
    const order = ['1.0.0-1', '1.0.0-2', '1.0.0-10', '1.0.0-a', '1.0.0-a.1', '1.0.0-b', '1.0.0', '1.0.1'];
    const sorted = [...order].reverse().sort((a, b) => compareVersions(parseVersion(a)!, parseVersion(b)!));
    expect(sorted).toEqual(order);
  });

  test('joins what several packages allow', () => {
    const both = VersionRange.parse(['>=1.0.0'])!.and(VersionRange.parse(['<1.5.0'])!);
    expect(['0.9.0', '1.2.0', '1.5.0'].map((version) => both.allows(version))).toEqual([false, true, false]);
    expect(String(both)).toBe('>=1.0.0, <1.5.0');
  });
});

test.each([
  [[], true],
  [['>=1.3.0', '<2.0.0'], true],
  [['>=1.3.0', '<3.0.0'], true],
  [['>=2.0.0'], true],
  [['>=1.11.7'], true],
  [['<1.0.0'], false],
  [['>=3.0.0'], false],
])('a package that requires dbt %j may be used: %s', (required, allowed) => {
  expect(allowsThau(required)).toBe(allowed);
});
