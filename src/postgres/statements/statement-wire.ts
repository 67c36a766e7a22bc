import type { Duplex } from 'node:stream';
import type { Asked } from './ask-message.js';
import { askMessage } from './ask-message.js';
import { backendError } from './backend-error.js';
import { ReusingSocket } from './reusing-socket.js';

/** A row with each value as the text PostgreSQL wrote. */
export type WireRow = readonly (string | null)[];
export type WireDone = (error: Error | undefined, rows: readonly WireRow[], parsed: boolean) => void;

/** Bytes that a connection keeps at hand for messages that come in pieces. */
const keptScratch = 1_048_576;
/** PostgreSQL's own limit of a message. */
const longestMessage = 0x3fff_ffff;

const parseComplete = 0x31;
const dataRow = 0x44;
const errorResponse = 0x45;
const readyForQuery = 0x5a;

/**
 * Asks statements over a connection that `pg` opened and set up, one at a time, and reads the answers itself: no event, no
 * object and no copy for each message. What PostgreSQL says unasked (settings, notices) is passed over.
 */
export class StatementWire {
  readonly #stream: Duplex;
  #done: WireDone | undefined;
  #rows: WireRow[] = [];
  #error: Error | undefined;
  #parsed = false;
  #closed = false;
  /** A message that did not come as a whole: its type, its bytes, and how many of them came. */
  #type = 0;
  #scratch = Buffer.alloc(0);
  #length = -1;
  #have = 0;
  readonly #head = Buffer.alloc(5);
  #headHave = 0;

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.removeAllListeners('data');
    if (stream instanceof ReusingSocket) stream.handOver((chunk) => this.#read(chunk));
    else stream.on('data', (chunk: Buffer) => this.#read(chunk));
    stream.once('close', () => this.#end());
  }

  /** `done` is called once, when the connection is ready again or gone; not before the call returns. */
  ask(asked: Asked, done: WireDone): void {
    if (this.#closed || !this.#stream.writable) {
      process.nextTick(done, gone(), [], false);
      return;
    }
    this.#done = done;
    this.#error = undefined;
    this.#stream.write(askMessage(asked));
  }

  #read(chunk: Buffer): void {
    const end = chunk.length;
    let at = 0;
    while (at < end) {
      if (this.#length >= 0) {
        at += this.#fill(chunk, at);
      } else if (this.#headHave > 0 || end - at < 5) {
        const taken = Math.min(5 - this.#headHave, end - at);
        chunk.copy(this.#head, this.#headHave, at, at + taken);
        this.#headHave += taken;
        at += taken;
        if (this.#headHave < 5) return;
        this.#headHave = 0;
        this.#begin(this.#head[0] ?? 0, this.#head.readInt32BE(1) - 4);
      } else {
        const type = chunk[at] ?? 0;
        const length = chunk.readInt32BE(at + 1) - 4;
        at += 5;
        if (length >= 0 && length <= end - at) {
          this.#message(type, chunk, at, at + length);
          at += length;
        } else this.#begin(type, length);
      }
    }
  }

  /** A message whose body is still to come. */
  #begin(type: number, length: number): void {
    if (length < 0 || length > longestMessage) {
      this.#stream.destroy(new Error('PostgreSQL sent what is no message: the connection is closed'));
      return;
    }
    if (length === 0) {
      this.#message(type, this.#head, 5, 5);
      return;
    }
    this.#type = type;
    if (this.#scratch.length < length) this.#scratch = Buffer.allocUnsafeSlow(Math.max(length, 65_536));
    this.#length = length;
    this.#have = 0;
  }

  #fill(chunk: Buffer, at: number): number {
    const taken = Math.min(chunk.length - at, this.#length - this.#have);
    chunk.copy(this.#scratch, this.#have, at, at + taken);
    this.#have += taken;
    if (this.#have === this.#length) {
      this.#length = -1;
      this.#message(this.#type, this.#scratch, 0, this.#have);
      if (this.#scratch.length > keptScratch) this.#scratch = Buffer.alloc(0);
    }
    return taken;
  }

  #message(type: number, bytes: Buffer, from: number, to: number): void {
    if (type === dataRow) this.#rows.push(rowOf(bytes, from));
    else if (type === readyForQuery) this.#ready();
    else if (type === parseComplete) this.#parsed = true;
    else if (type === errorResponse) this.#error = backendError(bytes.subarray(from, to));
  }

  #ready(): void {
    const done = this.#done;
    const [rows, error, parsed] = [this.#rows, this.#error, this.#parsed];
    this.#done = undefined;
    this.#rows = [];
    this.#error = undefined;
    this.#parsed = false;
    done?.(error, error === undefined ? rows : [], parsed);
  }

  #end(): void {
    this.#closed = true;
    if (this.#done === undefined) return;
    this.#error ??= gone();
    this.#ready();
  }
}

function rowOf(bytes: Buffer, from: number): WireRow {
  const count = bytes.readInt16BE(from);
  const row: (string | null)[] = [];
  let at = from + 2;
  for (let index = 0; index < count; index += 1) {
    const length = bytes.readInt32BE(at);
    at += 4;
    if (length < 0) row.push(null);
    else {
      row.push(bytes.toString('utf8', at, at + length));
      at += length;
    }
  }
  return row;
}

function gone(): Error {
  return new Error('Connection terminated unexpectedly');
}
