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
   * The whole answer, ended by a newline as Apollo's own is, and how to send it: text of ASCII alone needs no encoding.
   * Its parts are counted one by one, since the whole would be put together for that, and once more with the headers.
   */
  body(): { readonly body: string; readonly bytes: number; readonly encoding: 'latin1' | 'utf8' } {
    const head = `{"data":${this.#head}`;
    const tail = `${this.#tail}}\n`;
    const body = head + this.#data + tail;
    const bytes = Buffer.byteLength(head) + Buffer.byteLength(this.#data) + Buffer.byteLength(tail);
    return { body, bytes, encoding: bytes === body.length ? 'latin1' : 'utf8' };
  }
}
