/** A record of the file; an empty field without quotes is null. */
export interface FileRecord {
  readonly fields: readonly (string | null)[];
  /** Line on which it begins, from 1. */
  readonly line: number;
  /** Its text as it stands in the file, without the line's end. */
  readonly raw: string;
}

/** What is wrong with a record, where it stands in the file, and the text of that line. */
export class CsvFault extends Error {
  constructor(
    message: string,
    readonly line: number,
    readonly column: number,
    readonly text: string,
  ) {
    super(message);
  }
}

/**
 * Reads RFC 4180's CSV piece by piece: quotes double within quotes, a quoted field may span lines, blank lines are
 * passed over. Most lines hold no quote and are split as they stand, which is what makes it quick.
 */
export class CsvReader {
  #rest = '';
  #line = 1;

  constructor(private readonly delimiter: string) {}

  /** The records that end within the text so far; `isLast` when no more comes. */
  read(text: string, isLast = false): FileRecord[] {
    const buffer = this.#rest + text;
    const records: FileRecord[] = [];
    let at = 0;
    while (at < buffer.length) {
      const lineEnd = buffer.indexOf('\n', at);
      if (lineEnd < 0 && !isLast) break;
      const line = withoutReturn(buffer.slice(at, lineEnd < 0 ? buffer.length : lineEnd));
      if (!line.includes('"')) {
        if (line !== '') {
          const fields = line.split(this.delimiter).map((field) => (field === '' ? null : field));
          records.push({ fields, line: this.#line, raw: line });
        }
        this.#line += 1;
        at = lineEnd < 0 ? buffer.length : lineEnd + 1;
        continue;
      }
      const found = this.#quoted(buffer, at, isLast);
      if (found === undefined) break;
      const raw = withoutReturn(buffer.slice(at, found.end));
      records.push({ fields: found.fields, line: this.#line, raw });
      this.#line += lineBreaks(raw) + 1;
      at = found.end + 1;
    }
    this.#rest = buffer.slice(at);
    return records;
  }

  /** A record with quotes, and where its line's end stands; undefined when it goes on beyond the buffer. */
  #quoted(
    buffer: string,
    start: number,
    isLast: boolean,
  ): { readonly fields: (string | null)[]; readonly end: number } | undefined {
    const fields: (string | null)[] = [];
    let at = start;
    for (;;) {
      if (buffer[at] === '"') {
        let value = '';
        let from = at + 1;
        for (;;) {
          const quote = buffer.indexOf('"', from);
          if (quote < 0 || (quote + 1 === buffer.length && !isLast)) {
            if (!isLast) return undefined;
            throw this.#fault('a quote is opened here and never closed', buffer, start, at);
          }
          value += buffer.slice(from, quote);
          from = quote + 1;
          if (buffer[from] !== '"') break;
          value += '"';
          from += 1;
        }
        fields.push(value);
        at = from;
        if (buffer[at] === '\r' && (buffer[at + 1] === '\n' || at + 1 === buffer.length)) at += 1;
        if (at >= buffer.length && !isLast) return undefined;
        if (at >= buffer.length || buffer[at] === '\n') return { fields, end: at };
        if (buffer[at] !== this.delimiter) {
          throw this.#fault(
            'something stands between a closing quote and the next delimiter',
            buffer,
            start,
            at,
          );
        }
        at += 1;
        continue;
      }
      const lineEnd = buffer.indexOf('\n', at);
      if (lineEnd < 0 && !isLast) return undefined;
      const limit = lineEnd < 0 ? buffer.length : lineEnd;
      const delimiter = buffer.indexOf(this.delimiter, at);
      const ends = delimiter < 0 || delimiter >= limit;
      const field = ends ? withoutReturn(buffer.slice(at, limit)) : buffer.slice(at, delimiter);
      const quote = field.indexOf('"');
      if (quote >= 0) {
        throw this.#fault(
          'a quote stands within a field that does not begin with one',
          buffer,
          start,
          at + quote,
        );
      }
      fields.push(field === '' ? null : field);
      if (ends) return { fields, end: limit };
      at = delimiter + 1;
    }
  }

  #fault(message: string, buffer: string, start: number, at: number): CsvFault {
    const before = buffer.slice(start, at);
    const lineStart = start + before.lastIndexOf('\n') + 1;
    const end = buffer.indexOf('\n', at);
    const text = withoutReturn(buffer.slice(lineStart, end < 0 ? buffer.length : end));
    return new CsvFault(message, this.#line + lineBreaks(before), at - lineStart + 1, text);
  }
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

function lineBreaks(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
