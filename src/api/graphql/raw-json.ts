import type { ServerResponse } from 'node:http';

/**
 * The `data` of an answer as PostgreSQL wrote it, between the fixed ends that its plan gives it: text, or where it is long
 * its bytes, which are sent as they came. Whoever serialises it by JSON.stringify gets the same value, parsed and written
 * again; `stringifyResult` splices the text in as it stands.
 */
export class RawJson {
  readonly #head: string;
  readonly #data: string | Buffer;
  readonly #tail: string;

  constructor(data: string | Buffer, head = '', tail = '') {
    this.#head = head;
    this.#data = data;
    this.#tail = tail;
  }

  get text(): string {
    return `${this.#head}${this.#data.toString()}${this.#tail}`;
  }

  toJSON(): unknown {
    return JSON.parse(this.text);
  }

  /** Sends the whole answer, ended by a newline as Apollo's own is, as JSON. */
  send(response: ServerResponse, status: number, headers: Readonly<Record<string, string>>): void {
    const head = `{"data":${this.#head}`;
    const tail = `${this.#tail}}\n`;
    const data = this.#data;
    const bytes = Buffer.byteLength(head) + Buffer.byteLength(data) + Buffer.byteLength(tail);
    response.writeHead(status, { ...headers, 'content-length': bytes });
    if (typeof data === 'string') {
      const body = head + data + tail;
      // text of ASCII alone needs no encoding
      response.end(body, bytes === body.length ? 'latin1' : 'utf8');
      return;
    }
    // one system call sends all of them
    response.write(head);
    response.write(data);
    response.end(tail);
  }
}
