import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as CsvParse from 'csv-parse/sync';
import { didYouMean } from '../../errors/suggest.js';
import { ThauError } from '../../errors/thau-error.js';
import { FileFinder } from '../files/find-files.js';
import type { ManifestNode } from '../manifest.js';
import type { Entry } from '../properties/properties.js';
import type { ProjectSettings } from '../settings/project-settings.js';
import type { Fixture, FixtureRow } from '../unit-tests/unit-test.js';
import { Expect } from '../yaml/expect.js';
import type { YamlMapping } from '../yaml/yaml-file.js';

/** Few projects have fixtures in CSV, so its parser is loaded when the first is read. */
function csvParser(): typeof CsvParse {
  return createRequire(import.meta.url)('csv-parse/sync') as typeof CsvParse;
}

export interface FixtureRequest {
  readonly entry: Entry;
  /** The mapping with `rows`, `format` and `fixture`. */
  readonly raw: YamlMapping;
  /** What errors call it. */
  readonly owner: string;
  readonly package: ProjectSettings;
  /** The seed whose file stands in where nothing is given; undefined for other inputs. */
  readonly seed?: ManifestNode | undefined;
}

/** The rows of `given` or `expect`: written in YAML, as CSV or SQL, in a file of `tests/fixtures`, or a seed's own. */
export function readUnitFixture(request: FixtureRequest): Fixture {
  const { entry, raw, owner } = request;
  const expect = new Expect(entry.yaml);
  const format = expect.optionalText(raw, 'format', `the format of ${owner}`) ?? 'dict';
  if (format !== 'dict' && format !== 'csv' && format !== 'sql') {
    throw expect.fault(raw, 'format', `the format of ${owner} must be dict, csv or sql`, format);
  }
  const fixture = expect.optionalText(raw, 'fixture', `the fixture of ${owner}`) ?? null;
  const written = raw['rows'];
  if (format === 'dict') {
    if (fixture !== null)
      throw expect.fault(raw, 'fixture', `${owner} has a fixture, which is csv or sql`, fixture);
    if (!Object.hasOwn(raw, 'rows') && request.seed !== undefined) {
      return { format, rows: seedRows(request, request.seed), fixture: null };
    }
    if (!Array.isArray(written))
      throw expect.fault(raw, 'rows', `${owner} needs rows, a list of mappings`, written);
    return { format, rows: expect.mappings(raw, 'rows', `the rows of ${owner}`), fixture: null };
  }
  if (fixture === null && typeof written !== 'string') {
    throw expect.fault(raw, 'rows', `${owner} is ${format}, so it needs rows as text, or a fixture`, written);
  }
  const text = fixture === null ? (written as string) : fixtureText(request, fixture, format);
  return { format, rows: format === 'csv' ? csvRows(text, request) : text, fixture };
}

function csvRows(text: string, { entry, raw, owner }: FixtureRequest): FixtureRow[] {
  try {
    const rows: Record<string, string>[] = csvParser().parse(text, {
      columns: true,
      bom: true,
      skip_empty_lines: true,
    });
    return rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([key, value]) => [key.trim(), value === '' ? null : value]),
      ),
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Expect(entry.yaml).fault(raw, 'rows', `${owner} is no CSV: ${reason}`);
  }
}

/** `fixture: orders` is `tests/fixtures/**\/orders.csv` or `.sql` of the package. */
function fixtureText(
  { entry, raw, owner, package: settings }: FixtureRequest,
  name: string,
  format: string,
): string {
  const folders = settings.paths.test.map((folder) => `${folder}/fixtures`);
  const files = new FileFinder(settings.root, () => false).find(folders, ['.csv', '.sql']);
  const stem = (path: string): string => (path.split('/').at(-1) ?? '').replace(/\.(?:csv|sql)$/, '');
  const wanted = name.replace(/\.(?:csv|sql)$/, '');
  const found = files.filter(({ path }) => path.endsWith(`.${format}`) && stem(path) === wanted);
  const [first, second] = found;
  if (first === undefined || second !== undefined) {
    throw new ThauError(
      'PROJECT_YAML_VALUE',
      first === undefined
        ? `there is no fixture "${name}" for ${owner}`
        : `two files are the fixture "${name}" of ${owner}: ${first.path} and ${second?.path ?? ''}`,
      {
        at: entry.yaml.at(raw, 'fixture'),
        hint:
          didYouMean(
            wanted,
            files.map(({ path }) => stem(path)),
          ) ?? `Keep it as ${folders[0] ?? 'tests/fixtures'}/${wanted}.${format}.`,
      },
    );
  }
  return readFileSync(join(settings.root, first.path), 'utf8');
}

function seedRows(request: FixtureRequest, seed: ManifestNode): FixtureRow[] {
  return csvRows(readFileSync(join(seed.root_path ?? '', seed.original_file_path), 'utf8'), request);
}
