/**
 * From this length on an answer is put together outside of JavaScript's heap: copies of 120 kB keep the collector busy. For
 * one of 30 kB a buffer of its own costs more than it saves.
 */
const large = 65_536;

/**
 * The `data` of an answer as PostgreSQL wrote it, between the fixed ends that its plan gives it. Whoever serialises it by
 * JSON.stringify gets the same value, parsed and written again; `stringifyResult` splices the text in as it stands.
 */
export class RawJson {
  readonly #head: string;
  readonly #data: string;
  readonly #tail: string;

  constructor(data: string, head = '', tail = '') {
    this.#head = head;
    this.#data = data;
    this.#tail = tail;
  }

  get text(): string {
    return this.#head + this.#data + this.#tail;
  }

  toJSON(): unknown {
    return JSON.parse(this.text);
  }

  /**
   * The whole answer, ended by a newline as Apollo's own is, in the form that is sent with the least copying: text of
   * ASCII alone needs no encoding, and a large one is copied once, into what the socket takes.
   */
  body(): { readonly body: string | Buffer; readonly bytes: number; readonly encoding: 'latin1' | 'utf8' } {
    const head = `{"data":${this.#head}`;
    const tail = `${this.#tail}}\n`;
    const bytes = Buffer.byteLength(head) + Buffer.byteLength(this.#data) + Buffer.byteLength(tail);
    const isAscii = bytes === head.length + this.#data.length + tail.length;
    const encoding = isAscii ? 'latin1' : 'utf8';
    if (bytes < large) return { body: head + this.#data + tail, bytes, encoding };
    const body = Buffer.allocUnsafe(bytes);
    let at = body.write(head, 0, encoding);
    at += body.write(this.#data, at, encoding);
    body.write(tail, at, encoding);
    return { body, bytes, encoding };
  }
}
