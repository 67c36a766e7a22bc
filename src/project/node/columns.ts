import type { ColumnInfo } from '../manifest.js';
import type { Problems } from '../problems.js';
import { columnKeys } from '../properties/known-keys.js';
import { asList } from '../settings/merge-config.js';
import { checkKeys } from '../yaml/check-keys.js';
import { Expect } from '../yaml/expect.js';
import type { YamlFile, YamlMapping } from '../yaml/yaml-file.js';
import { formatPlace } from '../../errors/format.js';
import { ThauError } from '../../errors/thau-error.js';

/** The `columns:` of an entry, by name, and the mappings they came from, for their tests. */
export interface ReadColumns {
  readonly columns: Record<string, ColumnInfo>;
  readonly raw: readonly YamlMapping[];
}

/** Reads the `columns:` of a model, seed, snapshot or source table. Descriptions stay templates. */
export function readColumns(
  yaml: YamlFile,
  owner: YamlMapping,
  what: string,
  problems: Problems,
): ReadColumns {
  const expect = new Expect(yaml);
  const raw = expect
    .mappings(owner, 'columns', `the columns of ${what}`)
    .filter((column) => !Object.hasOwn(column, 'include'));
  const columns: Record<string, ColumnInfo> = {};
  const places = new Map<string, YamlMapping>();
  for (const column of raw) {
    problems.attempt(() => {
      const name = expect.text(column, 'name', `the name of a column of ${what}`);
      checkKeys(yaml, column, { owner: `column "${name}" of ${what}`, allowed: columnKeys }, problems);
      const before = places.get(name);
      if (before !== undefined) {
        // packages of the public have them, and dbt takes the later one without a word
        problems.warn(
          new ThauError(
            'PROJECT_DUPLICATE_PROPERTIES',
            `the column "${name}" of ${what} is described twice; the later description counts`,
            {
              at: yaml.at(column, 'name'),
              notes: [`the other place is ${formatPlace(yaml.at(before, 'name'))}`],
              hint: 'Join the two entries into one.',
            },
          ),
        );
      }
      places.set(name, column);
      columns[name] = readColumn(expect, column, name);
    });
  }
  return { columns, raw };
}

function readColumn(expect: Expect, column: YamlMapping, name: string): ColumnInfo {
  const config = expect.mapping(column, 'config', `the config of column "${name}"`);
  return {
    name,
    description: expect.optionalText(column, 'description', `the description of column "${name}"`) ?? '',
    data_type: expect.optionalText(column, 'data_type', `the data_type of column "${name}"`) ?? null,
    quote: expect.boolean(column, 'quote', `quote of column "${name}"`) ?? null,
    meta: {
      ...expect.mapping(column, 'meta', `the meta of column "${name}"`),
      ...expect.mapping(config, 'meta', 'meta'),
    },
    tags: [...asList(column['tags']), ...asList(config['tags'])].map(String),
    constraints: expect.mappings(column, 'constraints', `the constraints of column "${name}"`),
  };
}
