import { didYouMean } from '../errors/suggest.js';
import { ThauError } from '../errors/thau-error.js';
import { faultOf } from '../postgres/fault.js';
import { qualifiedName } from '../postgres/identifier.js';
import type { Session } from '../postgres/session.js';
import { copyLine, copyStatement } from './copy-text.js';
import { makeRawTable, type Column, type RawTarget, type WhenThere } from './raw-table.js';
import { records, rowError, type FileOptions } from './records.js';

export interface LoadFileOptions extends FileOptions {
  readonly schema: string;
  readonly name: string;
  /** Types by column; `text` unless given: what a raw table says of its types is what its source promises. */
  readonly types: Readonly<Record<string, string>>;
  /** The columns' names, when the file has no header. */
  readonly columns?: readonly string[];
  readonly whenThere: WhenThere;
}

/** A text file -> a plain raw table, within the caller's transaction; answers the number of rows. */
export async function loadFile(tx: Session, options: LoadFileOptions): Promise<number> {
  const target = { schema: options.schema, name: options.name, columns: await columnsOf(options) };
  await makeRawTable(tx, target, options.whenThere);
  try {
    const rows = await tx.copyIn(copyStatement(target), chunks(options, target));
    await tx.query(`analyze ${qualifiedName(target.schema, target.name)}`);
    return rows;
  } catch (error) {
    throw (await valueError(error, options, target)) ?? error;
  }
}

async function columnsOf(options: LoadFileOptions): Promise<readonly Column[]> {
  let names = options.columns;
  if (names === undefined) {
    for await (const { fields, line, raw } of records(options)) {
      names = fields.map((field) => field?.trim() ?? '');
      const wrong = names.findIndex((name, index) => name === '' || names?.indexOf(name) !== index);
      if (wrong >= 0) {
        const message =
          names[wrong] === ''
            ? `the header names no column in field ${String(wrong + 1)}`
            : `the header names "${names[wrong] ?? ''}" twice`;
        throw rowError(options, line, startOfField(raw, wrong, options.delimiter), message, raw);
      }
      break;
    }
  }
  if (names === undefined) {
    throw new ThauError('LOAD_FILE', `${options.shown} is empty`, {
      hint: 'Its first line must name the columns, or pass --columns.',
    });
  }
  for (const name of Object.keys(options.types)) {
    if (names.includes(name)) continue;
    throw new ThauError('LOAD_OPTION', `${options.shown} has no column "${name}" to give a type to`, {
      hint: didYouMean(name, names) ?? `Its columns: ${names.join(', ')}.`,
    });
  }
  return names.map((name) => ({ name, type: options.types[name] ?? 'text' }));
}

async function* chunks(
  options: LoadFileOptions,
  { columns }: RawTarget,
): AsyncGenerator<string, void, undefined> {
  let gathered = '';
  let isHeader = options.columns === undefined;
  for await (const { fields, line, raw } of records(options)) {
    if (isHeader) {
      isHeader = false;
      continue;
    }
    if (fields.length !== columns.length) {
      throw rowError(
        options,
        line,
        1,
        `it has ${String(fields.length)} fields, ${String(columns.length)} columns were named`,
        raw,
      );
    }
    gathered += copyLine(fields);
    if (gathered.length < 65_536) continue;
    yield gathered;
    gathered = '';
  }
  if (gathered !== '') yield gathered;
}

/** PostgreSQL names the record by its number and the column by its name: they are looked up in the file. */
async function valueError(
  error: unknown,
  options: LoadFileOptions,
  { columns }: RawTarget,
): Promise<ThauError | undefined> {
  const fault = faultOf(error);
  const where = /^COPY [^\n]*?, line (\d+)(?:, column (.+?))?(?:: |$)/m.exec(fault?.where ?? '');
  if (!fault || !where) return undefined;
  const number = Number(where[1]) + (options.columns === undefined ? 1 : 0);
  const index = columns.findIndex((column) => column.name === where[2]);
  let at = 0;
  for await (const { line, raw } of records(options)) {
    at += 1;
    if (at < number) continue;
    const named =
      index < 0 ? '' : ` (column "${columns[index]?.name ?? ''}" is ${columns[index]?.type ?? ''})`;
    return rowError(
      options,
      line,
      startOfField(raw, Math.max(0, index), options.delimiter),
      `${fault.message}${named}`,
      raw,
    );
  }
  return undefined;
}

/** Where a field begins in its record's first line, from 1. */
function startOfField(raw: string, index: number, delimiter: string): number {
  if (delimiter === 'spaces') {
    const starts = [...raw.matchAll(/\S+/g)].map((found) => found.index + 1);
    return starts[index] ?? 1;
  }
  let quoted = false;
  let field = 0;
  for (let at = 0; at < raw.length && field < index; at++) {
    if (raw[at] === '"') quoted = !quoted;
    else if (!quoted && raw.startsWith(delimiter, at)) {
      field += 1;
      if (field === index) return at + delimiter.length + 1;
    }
  }
  return 1;
}
