import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, print, validate } from 'graphql';
import { format } from 'prettier';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bindSchema } from '../../src/schema/bind-schema.js';
import { shopCatalog, shopSources } from '../schema/shop.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { Asker } from './ask.js';
import { Reference } from './fuzz/reference.js';
import { readTables } from './fuzz/rows.js';
import { shopRows, shopTables } from './shop-database.js';

/**
 * Each case is a request (`.graphql`, whose first comment says what it shows; `# variables:` holds them as JSON), the one
 * statement that answers it (`.sql`) and its answer (`.json`). THAU_UPDATE_CASES=1 writes the latter two anew; the
 * answers are held against graphql-js over plain resolvers all the same.
 */
const folder = join(import.meta.dirname, 'cases');
const update = process.env['THAU_UPDATE_CASES'] === '1';

let database: TestDatabase;
let asker: Asker;
let reference: Reference;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query(`${shopTables.replace(/ text(?=[ ,\n])/g, ' text collate "C"')}; ${shopRows}`);
  const { schema } = bindSchema(shopSources, shopCatalog);
  if (!schema) throw new Error('the shop does not bind');
  asker = await Asker.connect(schema, database.url);
  reference = new Reference(schema, asker.schema, await readTables(schema, database.url));
});

afterAll(async () => {
  await asker.end();
  await database.drop();
});

/** Roots that the reference over plain resolvers does not know. */
const beyondReference = /\b(inLast|warehouse|metricCatalog|metrics|__schema|__type)\b|avg/;

const topics = existsSync(folder) ? readdirSync(folder).sort() : [];
describe.each(topics)('%s', (topic) => {
  const names = readdirSync(join(folder, topic))
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => file.slice(0, -'.graphql'.length));
  test.each(names)('%s', async (name) => {
    const path = join(folder, topic, name);
    const text = readFileSync(`${path}.graphql`, 'utf8');
    const variables = JSON.parse(/^# variables: (.*)$/m.exec(text)?.[1] ?? '{}') as Record<string, unknown>;
    const document = parse(text);
    expect(validate(asker.schema, document).map(String)).toEqual([]);
    asker.statements = [];
    const { data, errors } = await asker.run({ document, variables });
    const answer = {
      ...(errors && {
        errors: errors.map(({ message, path: at, extensions }) => ({
          message,
          ...(at && { path: at }),
          ...(Object.keys(extensions).length > 0 && { extensions }),
        })),
      }),
      ...(data !== undefined && { data }),
    };
    const statement = asker.statements.map(readable).join('\n');
    if (update) {
      mkdirSync(join(folder, topic), { recursive: true });
      writeFileSync(
        `${path}.json`,
        await format(JSON.stringify(answer), { parser: 'json', printWidth: 110 }),
      );
      writeFileSync(
        `${path}.sql`,
        `${statement === '' ? '-- nothing is asked of the database' : statement}\n`,
      );
    }
    expect(asker.statements.length).toBeLessThanOrEqual(1);
    expect(`${statement === '' ? '-- nothing is asked of the database' : statement}\n`).toBe(
      readFileSync(`${path}.sql`, 'utf8'),
    );
    expect(JSON.parse(JSON.stringify(answer))).toEqual(JSON.parse(readFileSync(`${path}.json`, 'utf8')));
    if (!beyondReference.test(print(document)) && !(errors && data === undefined)) {
      const wanted = reference.execute(document, variables);
      expect(JSON.stringify(data)).toBe(JSON.stringify(wanted.data));
    }
  });
});

/** A line for each clause, indented by the depth of its brackets; texts stay whole. */
function readable(statement: string): string {
  let depth = 0;
  const breaks = /^( from | where | order by | group by | limit |\(select )/;
  let out = '';
  for (let at = 0; at < statement.length;) {
    const literal = /^E?'(?:[^']|'')*'/.exec(statement.slice(at))?.[0];
    if (literal !== undefined) {
      out += literal;
      at += literal.length;
      continue;
    }
    const clause = breaks.exec(statement.slice(at))?.[0];
    if (clause?.startsWith('(') === true) {
      depth++;
      out += `(\n${'  '.repeat(depth)}select `;
      at += clause.length;
      stack.push(true);
      continue;
    }
    if (clause !== undefined && depth >= 0) {
      out += `\n${'  '.repeat(depth)}${clause.trimStart()}`;
      at += clause.length;
      continue;
    }
    const char = statement.charAt(at++);
    if (char === '(') stack.push(false);
    if (char === ')' && stack.pop() === true) depth--;
    out += char;
  }
  stack.length = 0;
  return `${out};`;
}

/** Whether each open bracket began a subselect. */
const stack: boolean[] = [];
