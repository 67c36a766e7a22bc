import { ThauError } from '../../errors/thau-error.js';
import { Float } from '../../jinja/values/float.js';
import type { Entry, Properties } from '../properties/properties.js';
import { versionKeys } from '../properties/known-keys.js';
import type { Problems } from '../problems.js';
import { checkKeys } from '../yaml/check-keys.js';
import { Expect } from '../yaml/expect.js';
import type { YamlMapping } from '../yaml/yaml-file.js';

export type Version = string | number;

/** One version of a model, found by the file that holds it. */
export interface ModelVersion {
  readonly entry: Entry;
  readonly name: string;
  readonly version: Version;
  readonly latest: Version;
  /** Its place in `versions:`. */
  readonly index: number;
  /** The entry of `versions:`. */
  readonly raw: YamlMapping;
}

/** The versions that properties declare, by package and file stem. A version is in `defined_in`, `name_v1` or `name.v1`. */
export function modelVersions(
  properties: Properties,
  stems: ReadonlySet<string>,
  problems: Problems,
): Map<string, ModelVersion> {
  const found = new Map<string, ModelVersion>();
  for (const entry of properties.patches.models.entries()) {
    if (!entry.has.includes('versions')) continue;
    problems.attempt(() => readVersions(entry, stems, problems, found));
  }
  return found;
}

function readVersions(
  entry: Entry,
  stems: ReadonlySet<string>,
  problems: Problems,
  found: Map<string, ModelVersion>,
): void {
  const expect = new Expect(entry.yaml);
  const owner = `model "${entry.name}"`;
  const list = expect.mappings(entry.raw, 'versions', `the versions of ${owner}`);
  const versions = list.map((raw, index) => {
    checkKeys(entry.yaml, raw, { owner: `a version of ${owner}`, allowed: versionKeys }, problems);
    const v = raw['v'] instanceof Float ? raw['v'].toString() : raw['v'];
    if (typeof v !== 'string' && typeof v !== 'number')
      throw expect.fault(raw, 'v', `a version of ${owner} needs "v"`, v);
    return { raw, v, index };
  });
  if (versions.length === 0) return;
  const latest = latestOf(
    entry,
    versions.map(({ v }) => v),
    expect,
  );
  const seen = new Set<string>();
  for (const { raw, v, index } of versions) {
    if (seen.has(String(v))) throw expect.fault(raw, 'v', `${owner} has the version ${v} twice`);
    seen.add(String(v));
    const stem = fileOf(entry, raw, v, latest, stems);
    if (stem === undefined) {
      problems.error(
        new ThauError('PROJECT_VERSION', `there is no file for version ${v} of ${owner}`, {
          at: entry.yaml.at(raw, 'v'),
          hint: `Add ${entry.name}_v${v}.sql, or name the file with defined_in.`,
        }),
      );
      continue;
    }
    found.set(`${entry.packageName}.${stem}`, { entry, name: entry.name, version: v, latest, raw, index });
  }
}

function fileOf(
  entry: Entry,
  raw: YamlMapping,
  v: Version,
  latest: Version,
  stems: ReadonlySet<string>,
): string | undefined {
  const defined = raw['defined_in'];
  const names =
    typeof defined === 'string'
      ? [defined.replace(/\.sql$/, '')]
      : [`${entry.name}_v${v}`, `${entry.name}.v${v}`];
  if (typeof defined !== 'string' && v === latest) names.push(entry.name);
  return names.find((stem) => stems.has(`${entry.packageName}.${stem}`));
}

function latestOf(entry: Entry, versions: readonly Version[], expect: Expect): Version {
  const written = entry.raw['latest_version'];
  if (written === undefined || written === null) return [...versions].sort(compareVersions).at(-1) ?? 1;
  const found = versions.find((v) => String(v) === String(written as Version));
  if (found === undefined) {
    throw expect.fault(
      entry.raw,
      'latest_version',
      `latest_version of model "${entry.name}" must be one of its versions`,
      written,
    );
  }
  return found;
}

/** Numbers by value, else text by letters. */
export function compareVersions(a: Version, b: Version): number {
  const [x, y] = [Number(a), Number(b)];
  if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  return String(a) < String(b) ? -1 : Number(String(a) > String(b));
}
