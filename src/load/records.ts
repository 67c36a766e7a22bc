import { createReadStream } from 'node:fs';
import { excerpt } from '../errors/excerpt.js';
import { ThauError } from '../errors/thau-error.js';
import { CsvFault, CsvReader, type FileRecord } from './csv-reader.js';

export interface FileOptions {
  /** Where it is. */
  readonly path: string;
  /** How messages name it. */
  readonly shown: string;
  /** One character, or `spaces` for any run of blanks, which has no quotes. */
  readonly delimiter: string;
}

/** The records of a text file, streaming. */
export async function* records(file: FileOptions): AsyncGenerator<FileRecord, void, undefined> {
  const reader = file.delimiter === 'spaces' ? new BlankReader() : new CsvReader(file.delimiter);
  try {
    for await (const text of decoded(file)) yield* reader.read(text);
    yield* reader.read('', true);
  } catch (error) {
    throw readFailure(error, file);
  }
}

/** Records whose fields are parted by blanks, as reports of older systems are. */
class BlankReader {
  #rest = '';
  #line = 0;

  read(text: string, isLast = false): FileRecord[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = isLast ? '' : (lines.pop() ?? '');
    return lines.flatMap((line) => {
      this.#line += 1;
      const fields = line.trim().split(/\s+/);
      return fields[0] === '' ? [] : [{ fields, line: this.#line, raw: line.trimEnd() }];
    });
  }
}

/** The file's text without a byte order mark; a byte that is not UTF-8 is told with its line. */
async function* decoded(file: FileOptions): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  for await (const chunk of createReadStream(file.path, {
    highWaterMark: 262_144,
  }) as AsyncIterable<Buffer>) {
    yield decodeOrTell(() => decoder.decode(chunk, { stream: true }), file, line, chunk);
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) line += 1;
  }
  const rest = decodeOrTell(() => decoder.decode(), file, line);
  if (rest !== '') yield rest;
}

function decodeOrTell(decode: () => string, file: FileOptions, line: number, chunk?: Buffer): string {
  try {
    return decode();
  } catch (error) {
    const at = line + (chunk === undefined ? 0 : goodLines(chunk));
    throw new ThauError('LOAD_FILE', `${file.shown} is not text in UTF-8 from line ${String(at)} on`, {
      at: { file: file.shown, line: at },
      hint: 'Convert it first, for example: iconv -f windows-1258 -t utf-8 file.csv > utf8.csv',
      cause: error,
    });
  }
}

/** Line ends before the first line that is not UTF-8. */
function goodLines(chunk: Buffer): number {
  const parts = chunk.toString('latin1').split('\n');
  const bad = parts.findIndex((part) => {
    const bytes = Buffer.from(part, 'latin1');
    return Buffer.compare(Buffer.from(bytes.toString('utf8'), 'utf8'), bytes) !== 0;
  });
  return Math.max(0, bad);
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
      excerpt: excerpt('\n'.repeat(line - 1) + first, line, column, 0),
    },
  );
}

function readFailure(error: unknown, file: FileOptions): unknown {
  if (error instanceof CsvFault) return rowError(file, error.line, error.column, error.message, error.text);
  const code = error instanceof ThauError ? undefined : (error as NodeJS.ErrnoException).code;
  const why = code === undefined ? undefined : reasons[code];
  if (why === undefined) return error;
  return new ThauError('LOAD_FILE', `cannot read ${file.shown}: ${why}`, {
    hint: 'Check the path; it is taken from the folder you stand in.',
    cause: error,
  });
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EISDIR: 'it is a folder',
  EACCES: 'it may not be read',
};
