import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { excerpt } from '../errors/excerpt.js';
import { ThauError } from '../errors/thau-error.js';

export interface FileOptions {
  /** Where it is. */
  readonly path: string;
  /** How messages name it. */
  readonly shown: string;
  /** One character, or `spaces` for any run of blanks, which has no quotes. */
  readonly delimiter: string;
}

/** A record of the file; an empty field without quotes is null. */
export interface FileRecord {
  readonly fields: readonly (string | null)[];
  /** Line on which it begins, from 1. */
  readonly line: number;
  /** Its text as it stands in the file. */
  readonly raw: string;
}

/** The records of a text file, streaming; every record must have as many fields as the first. */
export async function* records(file: FileOptions): AsyncGenerator<FileRecord, void, undefined> {
  try {
    yield* file.delimiter === 'spaces' ? blankSeparated(file) : csv(file);
  } catch (error) {
    throw readFailure(error, file);
  }
}

async function* blankSeparated(file: FileOptions): AsyncGenerator<FileRecord, void, undefined> {
  let line = 0;
  let count: number | undefined;
  for await (const text of createInterface({ input: Readable.from(decoded(file)), crlfDelay: Infinity })) {
    line += 1;
    const fields = text.trim().split(/\s+/);
    if (fields[0] === '') continue;
    count ??= fields.length;
    if (fields.length !== count) {
      throw rowError(
        file,
        line,
        1,
        `it has ${String(fields.length)} fields, the header ${String(count)}`,
        text,
      );
    }
    yield { fields, line, raw: text };
  }
}

interface Parsed {
  readonly record: (string | null)[];
  readonly info: { readonly lines: number };
  readonly raw: string;
}

async function* csv(file: FileOptions): AsyncGenerator<FileRecord, void, undefined> {
  const parser = parse({
    bom: true,
    delimiter: file.delimiter,
    info: true,
    raw: true,
    skip_empty_lines: true,
    cast: (value, { quoting }) => (value === '' && !quoting ? null : value),
  });
  const source = Readable.from(decoded(file));
  // `pipe` does not hand on the source's errors
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  for await (const parsed of parser as AsyncIterable<Parsed>) {
    const breaks = (parsed.raw.trimEnd().match(/\n/g) ?? []).length;
    yield { fields: parsed.record, line: parsed.info.lines - breaks, raw: parsed.raw };
  }
}

/** The file's text; a byte that is not UTF-8 is told with its line. */
async function* decoded(file: FileOptions): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  const decode = (chunk?: Buffer): string => {
    try {
      return chunk ? decoder.decode(chunk, { stream: true }) : decoder.decode();
    } catch {
      const lines = chunk === undefined ? 0 : goodLines(chunk);
      throw new ThauError(
        'LOAD_FILE',
        `${file.shown} is not text in UTF-8 from line ${String(line + lines)} on`,
        {
          at: { file: file.shown, line: line + lines },
          hint: 'Convert it first, for example: iconv -f windows-1258 -t utf-8 file.csv > utf8.csv',
        },
      );
    }
  };
  for await (const chunk of createReadStream(file.path) as AsyncIterable<Buffer>) {
    const text = decode(chunk);
    yield text;
    for (const char of text) if (char === '\n') line += 1;
  }
  const rest = decode();
  if (rest !== '') yield rest;
}

/** Line ends before the first byte that is not UTF-8. */
function goodLines(chunk: Buffer): number {
  let lines = 0;
  for (const part of chunk.toString('latin1').split('\n')) {
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(part, 'latin1'));
    } catch {
      return lines;
    }
    lines += 1;
  }
  return Math.max(0, lines - 1);
}

/** A malformed record as a ThauError with file, line and column. */
export function rowError(
  file: FileOptions,
  line: number,
  column: number,
  message: string,
  text: string,
): ThauError {
  const first = text.split(/\r?\n/)[0] ?? '';
  return new ThauError(
    'LOAD_ROW',
    `${file.shown}, line ${String(line)}, column ${String(column)}: ${message}`,
    {
      at: { file: file.shown, line, column },
      hint: 'Correct the row and load again: nothing of the file was loaded.',
      // the excerpt knows this one line only
      excerpt: excerpt('\n'.repeat(line - 1) + first, line, column, 0),
    },
  );
}

const csvMessages: Readonly<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote is opened and never closed',
  INVALID_OPENING_QUOTE: 'a quote stands within a field that does not begin with one',
  CSV_INVALID_CLOSING_QUOTE: 'something stands between a closing quote and the next delimiter',
};

function readFailure(error: unknown, file: FileOptions): unknown {
  if (error instanceof ThauError) return error;
  if (error instanceof CsvError) {
    const context = error as CsvError & { lines?: number; column?: number; record?: unknown[]; raw?: string };
    const line = context.lines ?? 1;
    const message = error.code.startsWith('CSV_RECORD_INCONSISTENT')
      ? `it has ${String(context.record?.length ?? 0)} fields, another number than the header`
      : (csvMessages[error.code] ?? error.message);
    return rowError(file, line, 1, message, context.raw ?? '');
  }
  const code = (error as NodeJS.ErrnoException).code;
  const why =
    code === 'ENOENT'
      ? 'it does not exist'
      : code === 'EISDIR'
        ? 'it is a folder'
        : code === 'EACCES'
          ? 'it may not be read'
          : undefined;
  if (why === undefined) return error;
  return new ThauError('LOAD_FILE', `cannot read ${file.shown}: ${why}`, {
    hint: 'Check the path; it is taken from the folder you stand in.',
    cause: error,
  });
}
