import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { projectFolder, thau, type ProjectFolder } from './support/child-thau.js';

/** What a template asks of the database while it runs, and what dbt 1.11 answered. */
interface Asked {
  readonly name: string;
  readonly model: string;
  readonly answer: string;
}

const cases = parse(
  readFileSync(join(import.meta.dirname, 'adapter-methods.yml'), 'utf8'),
) as readonly Asked[];

let database: TestDatabase;
let project: ProjectFolder;
let told = '';

beforeAll(async () => {
  database = await createTestDatabase();
  const models = cases.map(({ model }, index) => [
    `transforms/m${String(index)}.sql`,
    `{{ config(materialized='table') }}-- depends_on: {{ ref('rates') }} {{ ref('few') }}\n${model}`,
  ]);
  project = projectFolder({
    'seeds/rates.csv': 'id,rate\n1,2.5\n2,3\n',
    'transforms/few.sql': "{{ config(materialized='table') }}select 1 as id -- {{ ref('rates') }}",
    ...(Object.fromEntries(models) as Record<string, string>),
  });
  const built = await thau(['build', '--project-dir', project.path], { DATABASE_URL: database.url });
  told = built.stdout + built.stderr;
});

afterAll(async () => {
  project.remove();
  await database.drop();
});

test.each(cases.map((one, index) => [one.name, one.answer, index] as const))(
  'a template asks the database: %s',
  async (_, answer, index) => {
    expect(told).toContain('published generation 1');
    const name = `m${String(index)}`;
    const [place] = await database.query(
      `select schema_name as schema from thau.stable_views where name = '${name}'`,
    );
    const schema = String(place?.['schema']);
    const [row] = await database.query(`select answer from "${schema}"."${name}"`);
    const [{ db } = {}] = await database.query('select current_database() as db');
    const shown = String(row?.['answer']).replaceAll(String(db), 'db').replaceAll(`"${schema}"`, '"main"');
    expect(shown.replace(new RegExp(`\\b${name}\\b`), 'm')).toBe(answer);
  },
);
