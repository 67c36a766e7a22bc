/** A semantic version, `1.2.3-rc1`; what follows a `+` says nothing about order and is left out. */
export interface Version {
  readonly numbers: readonly [number, number, number];
  readonly prerelease: string | null;
}

type Operator = '>' | '>=' | '<' | '<=' | '=';

interface Bound {
  readonly operator: Operator;
  readonly version: Version;
  /** As it was written. */
  readonly text: string;
}

const pattern =
  /^(>=|<=|>|<|=)?\s*(\d+)\.(\d+)\.(\d+)(?:-?([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]*)?$/;

/** What versions are allowed, as packages.yml and `require-dbt-version` say it: `[">=1.0.0", "<2.0.0"]`. */
export class VersionRange {
  private constructor(readonly bounds: readonly Bound[]) {}

  /** Undefined when one of the texts is no version. Commas may stand within a text. */
  static parse(texts: readonly string[]): VersionRange | undefined {
    const bounds = texts
      .flatMap((text) => text.split(','))
      .map((text) => text.trim())
      .filter((text) => text !== '')
      .map(parseBound);
    return bounds.every((bound) => bound !== undefined) ? new VersionRange(bounds) : undefined;
  }

  /** What both allow. */
  and(other: VersionRange): VersionRange {
    return new VersionRange([...this.bounds, ...other.bounds]);
  }

  allows(text: string): boolean {
    const version = parseVersion(text);
    return version !== undefined && this.bounds.every((bound) => holds(version, bound));
  }

  /** Whether a prerelease is named, and so wanted. */
  get namesPrerelease(): boolean {
    return this.bounds.some(({ version }) => version.prerelease !== null);
  }

  toString(): string {
    return this.bounds.length === 0
      ? 'any version'
      : [...new Set(this.bounds.map(({ text }) => text))].join(', ');
  }
}

/** Undefined when a text is no version. */
export function parseVersion(text: string): Version | undefined {
  const bound = parseBound(text);
  return bound?.operator === '=' ? bound.version : undefined;
}

/** Negative when `a` comes before `b`; a prerelease comes before its release. */
export function compareVersions(a: Version, b: Version): number {
  for (const [index, number] of a.numbers.entries()) {
    const difference = number - (b.numbers[index] ?? 0);
    if (difference !== 0) return difference;
  }
  if (a.prerelease === b.prerelease) return 0;
  if (a.prerelease === null) return 1;
  if (b.prerelease === null) return -1;
  return comparePrereleases(a.prerelease.split('.'), b.prerelease.split('.'));
}

function comparePrereleases(a: readonly string[], b: readonly string[]): number {
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (part === other) continue;
    const [left, right] = [/^\d+$/.test(part), /^\d+$/.test(other)];
    if (left && right) return Number(part) - Number(other);
    if (left !== right) return left ? -1 : 1;
    return part < other ? -1 : 1;
  }
  return a.length - b.length;
}

function parseBound(text: string): Bound | undefined {
  const [, operator = '=', major, minor, patch, prerelease] = pattern.exec(text) ?? [];
  if (patch === undefined) return undefined;
  return {
    operator: operator as Operator,
    version: { numbers: [Number(major), Number(minor), Number(patch)], prerelease: prerelease ?? null },
    text,
  };
}

function holds(version: Version, { operator, version: bound }: Bound): boolean {
  const order = compareVersions(version, bound);
  switch (operator) {
    case '=':
      return order === 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    case '<':
      // 2.0.0-rc1 is before 2.0.0, but who asks for less than 2.0.0 wants none of it
      return (
        order < 0 &&
        !(
          bound.prerelease === null &&
          version.prerelease !== null &&
          version.numbers.every((number, index) => number === bound.numbers[index])
        )
      );
  }
}
