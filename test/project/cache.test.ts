import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { writeCacheFile } from '../../src/project/cache/cache-file.js';
import { errorToJson } from '../../src/errors/format.js';
import type { Environment } from '../../src/project/environment.js';
import { parseProject } from '../../src/project/parse-project.js';
import { ThauError } from '../../src/errors/thau-error.js';
import { environment, inProject, type Files } from './support/project-folder.js';

interface Outcome {
  /** The manifest as JSON, byte for byte but for the time it was made; or the error, as a person reads it. */
  readonly text: string;
  readonly warnings: readonly unknown[];
}

/** What the manifest of each fingerprint said. */
const told = new Map<string, string>();

function outcome(projectDir: string, over: Partial<Environment> = {}, version?: string): Outcome {
  try {
    const { manifest, warnings, fingerprint } = parseProject({
      projectDir,
      environment: { ...environment, ...over },
      ...(version !== undefined && { cache: { version } }),
    });
    const metadata = { ...manifest.metadata, generated_at: '' };
    const text = JSON.stringify({ ...manifest, metadata });
    const print = fingerprint?.();
    if (print !== undefined) {
      expect(told.get(print) ?? text).toBe(text);
      told.set(print, text);
    }
    return { text, warnings: warnings.map(errorToJson) };
  } catch (error) {
    if (!(error instanceof ThauError)) throw error;
    return { text: JSON.stringify([errorToJson(error), error.excerpt]), warnings: [] };
  }
}

const cold = (dir: string, over?: Partial<Environment>): Outcome => outcome(dir, over);
const warm = (dir: string, over?: Partial<Environment>): Outcome => outcome(dir, over, '1');
const cacheFile = (dir: string): string => join(dir, 'target/partial_parse.thau');

function write(dir: string, path: string, text: string): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), text);
}

/** Makes every stamp old enough to be believed by its times alone. */
function age(dir: string): void {
  const long = new Date('2026-01-01T00:00:00Z');
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), long, long);
  }
}

const shop: Files = {
  'dbt_project.yml': `name: shop
vars: {cutoff: 2026-01-01, shop: {region: north}}
models:
  shop:
    staging: {+schema: staging, +tags: [first]}
    marts: {+materialized: table, +meta: {owner: '{{ var("region") }}'}}
on-run-end: ["{{ log('done') }}"]
`,
  'models/staging/stg_orders.sql':
    "select {{ cents('amount') }} as amount from {{ source('crm', 'orders') }} where day > '{{ var(\"cutoff\") }}'",
  'models/staging/stg_customers.sql': "select * from {{ source('crm', 'customers') }}",
  'models/marts/orders.sql':
    "{{ config(tags=['late'], alias='all_' ~ env_var('REGION', 'none')) }}\nselect * from {{ ref('stg_orders') }}",
  'models/marts/customers_v1.sql': "select * from {{ ref('stg_customers') }}",
  'models/marts/customers_v2.sql': "{{ both() }} select * from {{ ref('stg_customers') }}",
  'models/marts/off.sql': '{{ config(enabled=false) }} select 1',
  'models/marts/stamped.sql': "{{ config(meta={'built': run_started_at.year}) }} select 1",
  'models/staging/sources.yml': `sources:
  - name: crm
    schema: "raw_{{ env_var('REGION', 'none') }}"
    tables:
      - name: orders
        columns: [{name: id, data_tests: [unique, not_null]}]
      - name: customers
`,
  'models/marts/models.yml': `models:
  - name: orders
    description: "{{ doc('orders') }}"
    columns:
      - name: id
        data_tests:
          - unique
          - relationships: {arguments: {to: ref('customers'), field: id}}
          - positive
      - {name: amount, description: "{{ doc('amount') }}"}
  - name: customers
    latest_version: 2
    versions: [{v: 1}, {v: 2}]
    data_tests: [positive: {arguments: {column_name: id}}]
  - name: off
    columns: [{name: id, data_tests: [unique]}]
exposures:
  - {name: board, type: dashboard, owner: {name: a}, depends_on: [ref('orders')]}
`,
  'models/docs.md': '{% docs orders %}One row per order.{% enddocs %}{% docs unused %}Nobody.{% enddocs %}',
  'models/columns.md': '{% docs amount %}In money.{% enddocs %}',
  'macros/money.sql':
    '{% macro cents(column) %}({{ column }} / 100.0){% endmacro %}\n{% macro both() %}{{ cents(1) }}{% endmacro %}',
  'macros/macros.yml': 'macros: [{name: cents, description: In money., arguments: [{name: column}]}]',
  'tests/generic/positive.sql':
    '{% test positive(model, column_name) %}{{ config(severity="warn") }}select 1 from {{ model }}{% endtest %}',
  'tests/no_orders.sql': "select * from {{ ref('orders') }} where false",
  'seeds/stages.csv': 'id,name\n1,a\n',
  'snapshots/history.sql':
    "{% snapshot history %}{{ config(strategy='check', check_cols='all', unique_key='id') }}select * from {{ ref('orders') }}{% endsnapshot %}",
  'models/unit.yml': `unit_tests:
  - name: counts
    model: orders
    given:
      - {input: ref('stg_orders'), format: csv, fixture: some_orders}
    expect: {rows: [{amount: 1}]}
  - name: staged
    model: from_stages
    given: [{input: ref('stages')}]
    expect: {format: csv, fixture: some_orders}
`,
  'models/from_stages.sql': "select * from {{ ref('stages') }}",
  'tests/fixtures/some_orders.csv': 'amount\n1\n',
  'analyses/a.sql': "select * from {{ ref('orders') }}",
};

describe('a warm parse', () => {
  test('equals a cold one in every project of the cases', () => {
    const folder = join(import.meta.dirname, 'cases');
    interface Case {
      readonly name: string;
      readonly files: Files;
      readonly vars?: Readonly<Record<string, unknown>>;
    }
    for (const file of readdirSync(folder)) {
      for (const one of parse(readFileSync(join(folder, file), 'utf8'), {
        maxAliasCount: 1000,
      }) as readonly Case[]) {
        const over = one.vars === undefined ? {} : { vars: one.vars };
        inProject(one.files, (dir) => {
          const expected = cold(dir, over);
          expect(warm(dir, over), `${one.name}, writing`).toEqual(expected);
          expect(warm(dir, over), `${one.name}, reading`).toEqual(expected);
        });
      }
    }
  });

  test('equals a cold one after any edits of any files', () => {
    const paths = Object.keys(shop);
    const text = fc.constantFrom(
      ...paths.map((path) => shop[path] ?? ''),
      'select 1',
      '',
      '{{ ref("nowhere") }}',
      "{{ config(materialized='table') }} select {{ cents(2) }} from {{ ref('orders') }}",
      '{% macro cents(column) %}other {{ column }}{% endmacro %}',
      '{% macro generate_alias_name(custom_alias_name=none, node=none) %}x_{{ node.name }}{% endmacro %}',
      'models: [{name: stg_orders, description: changed, columns: [{name: id, data_tests: [unique]}]}]',
      'models: [{name: nobody}]',
      '{% docs orders %}Another text.{% enddocs %}',
      '{% docs amount %}Another amount.{% enddocs %}\n{% docs fresh %}New.{% enddocs %}',
      '{% docs amount %}never closed',
      'macros: [{name: cents, description: "{{ doc(\'amount\') }}"}]',
      '{# https://example.com #}\n{% https://example.com %}\n{% macro cents(column) %}loose {{ column }}{% endmacro %}\n\n',
    );
    const path = fc.constantFrom(
      ...paths,
      'models/new.sql',
      'models/new.yml',
      'models/new.md',
      'macros/new.sql',
      'seeds/new.csv',
    );
    const edit = fc.oneof(
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('write' as const), path, text }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('append' as const), path }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), path }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('rename' as const), path, to: path }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('touch' as const), path }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('undo' as const), path }) },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant('env' as const), region: fc.constantFrom('a', 'b') }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant('vars' as const), cutoff: fc.constantFrom(1, 2) }),
      },
    );
    const isFile = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isFile() === true;
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
        inProject(shop, (dir) => {
          let over: Partial<Environment> = {};
          told.clear();
          expect(warm(dir, over)).toEqual(cold(dir, over));
          for (const one of edits) {
            if (one.kind === 'env') over = { ...over, env: { REGION: one.region } };
            else if (one.kind === 'vars') over = { ...over, vars: { cutoff: one.cutoff } };
            else if (one.path !== 'dbt_project.yml' || one.kind === 'append') {
              const file = join(dir, one.path);
              if (one.kind === 'write') write(dir, one.path, one.text);
              else if (one.kind === 'undo') write(dir, one.path, shop[one.path] ?? 'select 1');
              else if (!isFile(file)) continue;
              else if (one.kind === 'append') write(dir, one.path, `${readFileSync(file, 'utf8')}\n# more\n`);
              else if (one.kind === 'delete') rmSync(file);
              else if (one.kind === 'touch') utimesSync(file, new Date(), new Date());
              else {
                write(dir, one.to, readFileSync(file, 'utf8'));
                if (one.to !== one.path) rmSync(file);
              }
            }
            expect(warm(dir, over)).toEqual(cold(dir, over));
          }
        });
      }),
      { numRuns: Number(process.env['THAU_FUZZ_PROJECTS'] ?? 15), seed: 20261122 },
    );
  });
});

describe('what is kept', () => {
  const counts = (dir: string, over: Partial<Environment> = {}, version = '1'): unknown =>
    parseProject({ projectDir: dir, environment: { ...environment, ...over }, cache: { version } }).units;

  test('leaves unchanged files alone, and what depends on an edited one is parsed anew', () => {
    inProject(shop, (dir) => {
      age(dir);
      const first = counts(dir) as { parsed: number };
      // a template that read the time is parsed each time
      const all = first.parsed - 1;
      expect(counts(dir)).toEqual({ parsed: 1, kept: all });
      write(dir, 'models/marts/orders.sql', "select * from {{ ref('stg_orders') }}");
      expect(counts(dir)).toEqual({ parsed: 2, kept: all - 1 });
      // stg_orders and the version that call it; the macro's own description stands in a file of its own
      write(dir, 'macros/money.sql', `${shop['macros/money.sql'] ?? ''}\n`);
      expect(counts(dir)).toEqual({ parsed: 3, kept: all - 2 });
    });
  });

  test('of docs blocks costs what describes itself by an edited one', () => {
    inProject(shop, (dir) => {
      age(dir);
      const all = (counts(dir) as { parsed: number }).parsed - 1;
      // run_started_at alone is parsed each time
      write(dir, 'models/docs.md', (shop['models/docs.md'] ?? '').replace('Nobody.', 'Still nobody.'));
      expect(counts(dir)).toEqual({ parsed: 1, kept: all });
      expect(warm(dir).text).toContain('Still nobody.');
      write(dir, 'models/docs.md', '{% docs orders %}Another text.{% enddocs %}');
      expect(counts(dir)).toEqual({ parsed: 2, kept: all - 1 });
      expect(warm(dir)).toEqual(cold(dir));
    });
  });

  test('never stands in for a file that unit tests take their rows from', () => {
    inProject(shop, (dir) => {
      warm(dir);
      age(dir);
      warm(dir);
      for (const [path, text] of [
        ['tests/fixtures/some_orders.csv', 'amount\n2\n'],
        ['seeds/stages.csv', 'id,name\n2,b\n'],
      ] as const) {
        write(dir, path, text);
        const expected = cold(dir);
        expect(expected.text).toContain(path.startsWith('seeds') ? '"name":"b"' : '"amount":"2"');
        expect(warm(dir)).toEqual(expected);
      }
    });
  });

  test('is forgotten with another version, target, variable, flag of dbt_project.yml or macro', () => {
    inProject(shop, (dir) => {
      const all = (counts(dir) as { parsed: number }).parsed;
      const target = { ...environment.target, name: 'prod' };
      for (const change of [
        () => counts(dir, {}, '2'),
        () => counts(dir, { target }),
        () => counts(dir, { vars: { cutoff: 1 } }),
        () => counts(dir, { env: { REGION: 'west' } }),
        () => {
          write(
            dir,
            'dbt_project.yml',
            `${shop['dbt_project.yml'] ?? ''}flags: {send_anonymous_usage_stats: false}\n`,
          );
          return counts(dir);
        },
      ])
        expect(change()).toEqual({ parsed: all, kept: 0 });
      write(dir, 'macros/other.sql', '{% macro other() %}{% endmacro %}');
      expect(counts(dir)).toEqual({ parsed: all, kept: 0 });
    });
  });

  test('is not kept at all where the flags of dbt_project.yml say so', () => {
    inProject(
      { ...shop, 'dbt_project.yml': 'name: shop\nflags: {partial_parse: false}\nvars: {cutoff: 1}\n' },
      (dir) => {
        expect(counts(dir)).toBeUndefined();
        expect(statSync(cacheFile(dir), { throwIfNoEntry: false })).toBeUndefined();
      },
    );
  });

  test('is for the eyes of its owner, and holds no value of an environment variable that was only compared', () => {
    const files = {
      ...shop,
      'models/a.sql': "{% if env_var('KEY', '') == 'correct horse' %}select 1{% endif %}",
    };
    inProject(files, (dir) => {
      counts(dir, { env: { REGION: 'south', KEY: 'correct horse', DBT_ENV_SECRET_TOKEN: 'hidden' } });
      expect(statSync(cacheFile(dir)).mode & 0o777).toBe(0o600);
      const text = readFileSync(cacheFile(dir), 'utf8');
      expect(text).toContain('"KEY"');
      expect(text).not.toContain('correct horse"');
      expect(text).not.toContain('hidden');
    });
  });

  test('does no harm when it is damaged, cut short, foreign or a folder', () => {
    inProject(shop, (dir) => {
      const expected = cold(dir);
      warm(dir);
      const good = readFileSync(cacheFile(dir));
      const damaged = fc.oneof(
        fc.nat(good.length - 1).map((at) => good.subarray(0, at)),
        fc.tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, change]) => {
          const copy = Buffer.from(good);
          copy[at] = (copy[at] ?? 0) ^ change;
          return copy;
        }),
        fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
        fc
          .constantFrom('', '\n', 'thau parse cache 3\n{}', '{"__proto__": {"polluted": true}}')
          .map((t) => Buffer.from(t)),
      );
      fc.assert(
        fc.property(damaged, (bytes) => {
          writeFileSync(cacheFile(dir), bytes);
          expect(warm(dir)).toEqual(expected);
        }),
        { numRuns: 40, seed: 20261122 },
      );
      rmSync(cacheFile(dir));
      mkdirSync(cacheFile(dir));
      expect(warm(dir)).toEqual(expected);
    });
  });

  test('does no harm when its own checksum vouches for nonsense', () => {
    inProject(shop, (dir) => {
      const expected = cold(dir);
      warm(dir);
      const file = cacheFile(dir);
      const body = JSON.parse(readFileSync(file, 'utf8').split('\n')[1] ?? '') as Record<string, unknown>;
      for (const key of Object.keys(body)) {
        for (const nonsense of [null, 1, 'x', [], {}, { a: null }, { a: [1] }]) {
          writeCacheFile(file, { ...body, [key]: nonsense });
          expect(warm(dir)).toEqual(expected);
        }
      }
    });
  });
});
