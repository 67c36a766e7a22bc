import { ThauError } from '../../errors/thau-error.js';
import { faultOf } from '../../postgres/fault.js';
import { quoteIdentifier } from '../../postgres/identifier.js';
import type { Session } from '../../postgres/session.js';
import { sqlName } from '../relation.js';
import { seedValue, TypeGuess } from './infer-types.js';
import { seedNumber } from './seed-number.js';
import { seedRecords, type SeedFile } from './seed-records.js';

export interface SeedSource {
  readonly file: SeedFile;
  /** dbt's `column_types`, by column. */
  readonly columnTypes: Readonly<Record<string, string>>;
  /** dbt's `quote_columns`: false folds plain names to lower case, as PostgreSQL does. */
  readonly quoteColumns: boolean;
}

export interface SeedInput extends SeedSource {
  readonly into: { readonly schema: string; readonly name: string };
  readonly unlogged: boolean;
  /** dbt's `--empty`: the table without its rows. */
  readonly empty: boolean;
}

/**
 * Makes a table of a CSV file: one pass over the file learns the columns' types, a second streams the rows by
 * COPY, so memory stays flat. Answers the number of rows.
 */
export async function loadSeed(tx: Session, input: SeedInput): Promise<number> {
  const columns = await readSeedColumns(input);
  const table = sqlName(input.into);
  const definitions = columns.map((column) => `${quoteIdentifier(column.name)} ${column.type}`);
  await tx.query(`create ${input.unlogged ? 'unlogged ' : ''}table ${table} (${definitions.join(', ')})`);
  if (input.empty) return 0;
  const list = columns.map((column) => quoteIdentifier(column.name)).join(', ');
  try {
    return await tx.copyIn(`copy ${table} (${list}) from stdin`, copyLines(input.file, columns));
  } catch (error) {
    throw await valueError(error, input.file);
  }
}

export interface SeedColumn {
  readonly name: string;
  readonly type: string;
  /** Numbers by their looks: they are loaded as what they say. */
  readonly isNumber: boolean;
}

/** The columns of a seed, in one pass over its file. */
export async function readSeedColumns(input: SeedSource): Promise<readonly SeedColumn[]> {
  let names: readonly string[] | undefined;
  let guesses: TypeGuess[] = [];
  for await (const record of seedRecords(input.file)) {
    if (!names) {
      names = columnNames(record.fields, input);
      guesses = names.map(() => new TypeGuess());
      continue;
    }
    record.fields.forEach((field, index) => {
      const value = seedValue(field);
      if (value !== null) guesses[index]?.add(value);
    });
  }
  if (!names) {
    throw new ThauError('BUILD_SEED_FILE', `${input.file.shown} is empty.`, {
      at: { file: input.file.shown },
      hint: 'Its first line must name the columns.',
    });
  }
  const given = new Map(Object.entries(input.columnTypes).map(([name, type]) => [name.toLowerCase(), type]));
  return names.map((name, index) => {
    const own = given.get(name.toLowerCase());
    const guess = guesses[index]?.type ?? 'text';
    return { name, type: own ?? guess, isNumber: own === undefined && numbers.has(guess) };
  });
}

const numbers: ReadonlySet<string> = new Set(['integer', 'bigint', 'numeric', 'double precision']);

function columnNames(header: readonly string[], input: SeedSource): readonly string[] {
  const names = header.map((name) => {
    const bare = name.trim();
    return !input.quoteColumns && /^[A-Za-z_][A-Za-z0-9_$]*$/.test(bare) ? bare.toLowerCase() : bare;
  });
  const wrong = names.findIndex((name, index) => name === '' || names.indexOf(name) !== index);
  if (wrong >= 0) {
    const name = names[wrong] ?? '';
    const what = name === '' ? `names no column in field ${wrong + 1}` : `names the column "${name}" twice`;
    throw new ThauError('BUILD_SEED_FILE', `The header of ${input.file.shown} ${what}.`, {
      at: { file: input.file.shown, line: 1, column: header.slice(0, wrong).reduce((sum, one) => sum + one.length + 1, 1) },
      hint: 'Give each column a name of its own.',
    });
  }
  return names;
}

/** The file again, in COPY's text format: a record is one line, so that PostgreSQL's line is the record's number. */
async function* copyLines(
  file: SeedFile,
  columns: readonly SeedColumn[],
): AsyncGenerator<string, void, void> {
  let chunk = '';
  let header = true;
  for await (const record of seedRecords(file)) {
    if (header) {
      header = false;
      continue;
    }
    const fields = record.fields.map((field, index) => copyField(field, columns[index]?.isNumber ?? false));
    chunk += `${fields.join('\t')}\n`;
    if (chunk.length > 65_536) {
      yield chunk;
      chunk = '';
    }
  }
  if (chunk !== '') yield chunk;
}

function copyField(field: string, isNumber: boolean): string {
  const value = seedValue(field);
  if (value !== null && isNumber) return seedNumber(value)?.text ?? value;
  return value === null ? '\\N' : value.replace(/[\\\n\r\t]/g, (char) => escapes[char] ?? char);
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** PostgreSQL names the record by its number: its line is looked up in the file. */
async function valueError(error: unknown, file: SeedFile): Promise<unknown> {
  const fault = faultOf(error);
  const where = /COPY [^,]+, line (\d+)(?:, column ([^:]+))?/.exec(fault?.where ?? '');
  if (!fault || !where) return error;
  const column = where[2];
  let left = Number(where[1]);
  let header: readonly string[] | undefined;
  for await (const record of seedRecords(file)) {
    if (!header) {
      header = record.fields;
      continue;
    }
    left -= 1;
    if (left > 0) continue;
    const index = header.findIndex((name) => name.trim().toLowerCase() === column?.toLowerCase());
    const before = index < 0 ? [] : record.fields.slice(0, index);
    const named = column === undefined ? '' : `, column "${column}"`;
    return new ThauError('BUILD_SEED_VALUE', `${file.shown}, line ${record.line}${named}: ${fault.message}.`, {
      at: {
        file: file.shown,
        line: record.line,
        column: before.reduce((sum, one) => sum + one.length + 1, 1),
      },
      hint: 'Correct the value, or give the column another type by column_types.',
      cause: error,
    });
  }
  return error;
}
