import { VersionRange } from './version-range.js';

/** The version of dbt whose context templates see as `dbt_version`. */
export const dbtVersion = '1.11.0';

/** What `require-dbt-version` is held against: thau reads dbt 1's files and follows dbt 2 where they differ. */
const claimed = ['1.11.999', '2.0.0'];

/** Whether a package that asks for these versions of dbt may be used. */
export function allowsThau(required: readonly string[]): boolean {
  const range = VersionRange.parse(required);
  return range === undefined || claimed.some((version) => range.allows(version));
}
