import { plainScalar } from './scalar.js';
import { Unusual, quickFlow, quickQuoted } from './quick-flow.js';

/** Where a mapping or list stands, and its keys or items: offsets in the text. */
export interface Spots {
  readonly start: number;
  /** Of a mapping: its keys, in the order of `offsets`. */
  readonly keys?: readonly string[];
  readonly offsets: readonly number[];
}

export interface QuickYaml {
  readonly value: unknown;
  readonly spots: Map<object, Spots>;
}

/** Deeper files are left to the whole reader. */
const mostLevels = 40;

/**
 * Reads the YAML that people write for dbt: block mappings and lists, scalars and flow collections of one line, block
 * texts, comments. Ten times as quick as reading by the whole grammar. Answers undefined for anything else, anchors,
 * texts over several lines and every fault among it: whoever asks then reads by the whole grammar. What it
 * answers is what that would answer (test/project/yaml.test.ts holds one against the other).
 */
export function quickYaml(text: string): QuickYaml | undefined {
  if (/[\t\r\u0085\u2028\u2029\ufeff]/.test(text)) return undefined;
  try {
    return new QuickReader(text).read();
  } catch (error) {
    if (error === Unusual) return undefined;
    throw error;
  }
}

const space = 0x20;
const newline = 0x0a;
const hash = 0x23;
const dash = 0x2d;
const colon = 0x3a;

class QuickReader {
  readonly spots = new Map<object, Spots>();
  readonly #text: string;
  /** At the beginning of a line not looked at yet. */
  #next = 0;
  /** The line being read: where its content begins, and at which column. */
  #at = 0;
  #indent = -1;
  #level = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): QuickYaml {
    if (this.#text.startsWith('---\n')) this.#next = 4;
    if (!this.#advance()) return { value: null, spots: this.spots };
    const value = this.#block();
    if (this.#indent >= 0) throw Unusual;
    return { value, spots: this.spots };
  }

  /** Goes to the next line with content; false at the end. */
  #advance(): boolean {
    const text = this.#text;
    for (let start = this.#next; start < text.length;) {
      let at = start;
      while (text.charCodeAt(at) === space) at++;
      const code = text.charCodeAt(at);
      let end = text.indexOf('\n', at);
      if (end < 0) end = text.length;
      if (code === newline || at === text.length || code === hash) {
        start = end + 1;
        continue;
      }
      if (at === start && (text.startsWith('---', at) || text.startsWith('...', at))) throw Unusual;
      this.#at = at;
      this.#indent = at - start;
      this.#next = end + 1;
      return true;
    }
    this.#indent = -1;
    this.#next = text.length;
    return false;
  }

  /** The mapping or list that begins at the line being read. */
  #block(): unknown {
    if (++this.#level > mostLevels) throw Unusual;
    const value = this.#isItem(this.#at) ? this.#list(this.#indent) : this.#mapping(this.#indent);
    this.#level--;
    return value;
  }

  #isItem(at: number): boolean {
    if (this.#text.charCodeAt(at) !== dash) return false;
    const after = this.#text.charCodeAt(at + 1);
    return after === space || after === newline || Number.isNaN(after);
  }

  #list(indent: number): unknown[] {
    const list: unknown[] = [];
    const offsets: number[] = [];
    const start = this.#at;
    do {
      const at = this.#skipSpaces(this.#at + 1);
      if (this.#endsAt(at)) {
        if (!this.#advance() || this.#indent <= indent) throw Unusual;
        offsets.push(this.#at);
        list.push(this.#block());
      } else {
        offsets.push(at);
        if (this.#isItem(at)) throw Unusual;
        if (this.#keyEnd(at) < 0) {
          list.push(this.#inline(at, indent));
          this.#advance();
        } else {
          // `- name: x`: a mapping as far in as its first key
          this.#indent += at - this.#at;
          this.#at = at;
          if (++this.#level > mostLevels) throw Unusual;
          list.push(this.#mapping(this.#indent));
          this.#level--;
        }
      }
    } while (this.#indent === indent && this.#isItem(this.#at));
    if (this.#indent > indent) throw Unusual;
    this.spots.set(list, { start, offsets });
    return list;
  }

  #mapping(indent: number): unknown {
    const mapping: Record<string, unknown> = {};
    const keys: string[] = [];
    const offsets: number[] = [];
    const start = this.#at;
    do {
      const end = this.#keyEnd(this.#at);
      if (end < 0) throw Unusual;
      const key = this.#key(this.#at, end);
      if (key === '<<' || key === '__proto__' || Object.hasOwn(mapping, key)) throw Unusual;
      keys.push(key);
      offsets.push(this.#at);
      const at = this.#skipSpaces(end + 1);
      if (!this.#endsAt(at)) {
        mapping[key] = this.#inline(at, indent);
        this.#advance();
      } else if (this.#advance() && (this.#indent > indent || this.#isListOf(indent))) {
        mapping[key] = this.#block();
      } else mapping[key] = null;
    } while (this.#indent === indent && !this.#isItem(this.#at));
    if (this.#indent > indent) throw Unusual;
    this.spots.set(mapping, { start, keys, offsets });
    return mapping;
  }

  /** A list may stand as far out as the key it belongs to. */
  #isListOf(indent: number): boolean {
    return this.#indent === indent && this.#isItem(this.#at);
  }

  /** The offset of the colon of a key at `at`; -1 where none begins there. */
  #keyEnd(at: number): number {
    const text = this.#text;
    const first = text[at] ?? '';
    if (first === '"' || first === "'") {
      const { end } = quickQuoted(text, at);
      const colonAt = this.#skipSpaces(end);
      return text.charCodeAt(colonAt) === colon && this.#isSeparate(colonAt + 1) ? colonAt : -1;
    }
    if ('-?:,[]{}#&*!|>%@`'.includes(first)) return -1;
    for (let end = at; ; end++) {
      const code = text.charCodeAt(end);
      if (code === colon && this.#isSeparate(end + 1)) return end;
      if (code === newline || Number.isNaN(code)) return -1;
      if (code === hash && text.charCodeAt(end - 1) === space) return -1;
    }
  }

  #isSeparate(at: number): boolean {
    const code = this.#text.charCodeAt(at);
    return code === space || code === newline || Number.isNaN(code);
  }

  #key(at: number, end: number): string {
    const first = this.#text.charCodeAt(at);
    if (first === 0x22 || first === 0x27) return quickQuoted(this.#text, at).value;
    return this.#text.slice(at, end).trimEnd();
  }

  #skipSpaces(at: number): number {
    while (this.#text.charCodeAt(at) === space) at++;
    return at;
  }

  /** Whether a line ends at `at`, a comment not counted. */
  #endsAt(at: number): boolean {
    const code = this.#text.charCodeAt(at);
    if (code === newline || Number.isNaN(code)) return true;
    return code === hash && this.#text.charCodeAt(at - 1) === space;
  }

  /** A value that begins on the line of its key or dash. */
  #inline(at: number, indent: number): unknown {
    const text = this.#text;
    switch (text[at]) {
      case '"':
      case "'": {
        const { value, end } = quickQuoted(text, at);
        this.#mustEnd(end);
        return value;
      }
      case '[':
      case '{': {
        const { value, end } = quickFlow(text, at, this.spots);
        this.#mustEnd(end);
        return value;
      }
      case '|':
      case '>':
        return this.#blockText(at, indent);
    }
    return plainScalar(this.#plain(at));
  }

  #mustEnd(at: number): void {
    if (!this.#endsAt(this.#skipSpaces(at))) throw Unusual;
  }

  #plain(at: number): string {
    const text = this.#text;
    if ('-?:,[]{}#&*!|>%@`'.includes(text[at] ?? '') && !/[-?:][^\s,[\]{}]/y.test(text.slice(at, at + 2))) {
      throw Unusual;
    }
    let end = at;
    for (; ; end++) {
      const code = text.charCodeAt(end);
      if (code === newline || Number.isNaN(code)) break;
      if (code === colon && this.#isSeparate(end + 1)) throw Unusual;
      if (code === hash && text.charCodeAt(end - 1) === space) break;
    }
    return text.slice(at, end).trimEnd();
  }

  /** `|` and `>`, kept or with their last line end off; deeper lines of a `>` are left to the whole reader. */
  #blockText(at: number, indent: number): string {
    const text = this.#text;
    const folded = text[at] === '>';
    let head = at + 1;
    const chomp = text[head] === '-' || text[head] === '+' ? text[head++] : '';
    this.#mustEnd(head);
    const lines: string[] = [];
    let width = -1;
    let next = this.#next;
    while (next < text.length) {
      let end = text.indexOf('\n', next);
      if (end < 0) end = text.length;
      let from = next;
      while (text.charCodeAt(from) === space) from++;
      if (from >= end) {
        // blank, but for spaces that may be content
        if (width >= 0 && from - next > width) throw Unusual;
        if (width < 0 && from > next) throw Unusual;
        lines.push('');
      } else {
        if (width < 0) width = from - next;
        if (width <= indent || from - next < width) break;
        lines.push(text.slice(next + width, end));
      }
      next = end + 1;
    }
    if (width <= indent) throw Unusual;
    this.#next = Math.min(next, text.length);
    let blank = 0;
    while (lines.at(-1) === '') {
      lines.pop();
      blank++;
    }
    const body = folded ? fold(lines) : lines.join('\n');
    const ended = next <= text.length ? 1 : 0;
    if (chomp === '-') return body;
    if (ended === 0) throw Unusual;
    return chomp === '+' ? body + '\n'.repeat(blank + ended) : `${body}\n`;
  }
}

function fold(lines: readonly string[]): string {
  let text = '';
  let breaks = 0;
  for (const line of lines) {
    if (line.startsWith(' ')) throw Unusual;
    if (line === '') breaks++;
    else {
      if (text !== '' || breaks > 0) text += breaks > 0 ? '\n'.repeat(breaks) : ' ';
      text += line;
      breaks = 0;
    }
  }
  return text;
}
