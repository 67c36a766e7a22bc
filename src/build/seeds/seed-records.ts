import { createReadStream } from 'node:fs';
import { parse, CsvError, type Info } from 'csv-parse';
import { ThauError, type Place } from '../../errors/thau-error.js';

export interface SeedRecord {
  readonly fields: readonly string[];
  /** The line of the file on which the record begins, from 1. */
  readonly line: number;
}

export interface SeedFile {
  /** Where it is. */
  readonly path: string;
  /** How messages name it. */
  readonly shown: string;
  readonly delimiter: string;
}

/**
 * The records of a CSV file, the header first, one at a time. A row that is not CSV, or is longer or shorter than
 * the header, throws with its file, line and column.
 */
export async function* seedRecords(file: SeedFile): AsyncGenerator<SeedRecord, void, void> {
  const parser = parse({
    delimiter: file.delimiter,
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
  });
  const source = createReadStream(file.path);
  const decoded = decodeUtf8(source, file);
  void (async () => {
    try {
      for await (const text of decoded) {
        if (!parser.write(text)) await new Promise((resolve) => parser.once('drain', resolve));
      }
      parser.end();
    } catch (error) {
      parser.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  })();
  let width: number | undefined;
  let line = 1;
  try {
    for await (const item of parser as AsyncIterable<{ record: string[]; info: Info }>) {
      const { record, info } = item;
      width ??= record.length;
      if (record.length !== width) throw wrongLength(file, line, record, width);
      yield { fields: record, line };
      line = info.lines + 1;
    }
  } catch (error) {
    if (error instanceof CsvError) throw notCsv(file, error, line);
    if (isMissing(error)) {
      throw new ThauError('BUILD_SEED_FILE', `The seed file ${file.shown} cannot be read.`, {
        at: { file: file.shown },
        hint: 'Was it moved or deleted since the project was read?',
        cause: error,
      });
    }
    throw error;
  } finally {
    source.destroy();
    parser.destroy();
  }
}

async function* decodeUtf8(source: AsyncIterable<Buffer>, file: SeedFile): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  for await (const chunk of source) {
    try {
      const text = decoder.decode(chunk, { stream: true });
      yield text;
    } catch (error) {
      throw new ThauError('BUILD_SEED_FILE', `${file.shown} is not UTF-8.`, {
        at: { file: file.shown, line: line + invalidLine(chunk) },
        hint: 'Save the file with the encoding UTF-8.',
        cause: error,
      });
    }
    for (const byte of chunk) if (byte === 10) line += 1;
  }
}

/** How many lines of a chunk come before its first invalid byte. */
function invalidLine(chunk: Buffer): number {
  const good = Buffer.from(chunk.toString('utf8'), 'utf8');
  let at = 0;
  while (at < chunk.length && chunk[at] === good[at]) at += 1;
  return chunk.subarray(0, at).filter((byte) => byte === 10).length;
}

function wrongLength(file: SeedFile, line: number, record: readonly string[], width: number): ThauError {
  // the column of the first field too many, or the end of the last one there is
  const kept = record.slice(0, Math.min(width, record.length));
  const column = kept.reduce((sum, field) => sum + field.length + 1, 0) + (record.length > width ? 1 : 0);
  return new ThauError(
    'BUILD_SEED_ROW',
    `${file.shown} has ${record.length} fields on line ${line}, and the header has ${width}.`,
    { at: place(file, line, Math.max(1, column)), hint: 'Quote fields that contain the delimiter.' },
  );
}

function notCsv(file: SeedFile, error: CsvError, recordLine: number): ThauError {
  const facts = error as CsvError & { lines?: number; column?: number | string; index?: number };
  const unclosed = error.code === 'CSV_QUOTE_NOT_CLOSED';
  const line = unclosed ? recordLine : (facts.lines ?? recordLine);
  const column = typeof facts.index === 'number' ? facts.index + 1 : 1;
  return new ThauError('BUILD_SEED_ROW', `${file.shown} is not CSV on line ${line}: ${error.message}`, {
    at: place(file, line, column),
    hint: 'A quote inside a quoted field is written twice, and each quote needs its end.',
    cause: error,
  });
}

function place(file: SeedFile, line: number, column: number): Place {
  return { file: file.shown, line, column };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['ENOENT', 'EACCES', 'EISDIR'].includes(String(error.code));
}
