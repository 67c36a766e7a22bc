import { Fault, limitFault } from '../fault.js';
import { Float } from '../values/float.js';
import { normalInteger } from '../values/integer.js';
import { unescapeString } from './unescape-string.js';
import type { Token, TokenKind } from './token.js';

// the fraction must not follow a dot, so that `a.1.2` reads as two indexes
const float = /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?[eE][+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/y;
const integer = /0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0[xX](?:_?[\da-fA-F])+|[1-9](?:_?\d)*|0(?:_?0)*/y;
const name = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*/uy;
const string = /'[^'\\]*(?:\\[^][^'\\]*)*'|"[^"\\]*(?:\\[^][^"\\]*)*"/y;
const operators = new Set('()[]{}+-*/%~|,.:=<>;');
const longOperators = new Set(['**', '//', '==', '!=', '<=', '>=']);
const wideSpace = /\s/;
const rawTag = /\{%[-+]?\s*raw\s*(-?)%\}/y;
const endRawTag = /\{%([-+]?)\s*endraw\s*([-+]?)%\}/g;

/** Longer integers would make a template's cost depend on its digits squared. */
const maxDigits = 4000;

const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/**
 * The tokens of a template, its source already normalised by `normalizeSource`. Linear in the source's length.
 * Throws a Fault with offset.
 */
export function tokenize(source: string): Token[] {
  return new Tokenizer(source).run();
}

/** Line ends as `\n`; one trailing newline off, as Jinja does unless it is told to keep it. */
export function normalizeSource(source: string): string {
  const text = source.includes('\r') ? source.replace(/\r\n?/g, '\n') : source;
  return text.endsWith('\n') ? text.slice(0, -1) : text;
}

class Tokenizer {
  readonly #source: string;
  readonly #tokens: Token[] = [];
  #pos = 0;
  /** The tag before ended in `-`: the text that follows loses its leading whitespace. */
  #stripNext = false;

  constructor(source: string) {
    this.#source = source;
  }

  run(): Token[] {
    const source = this.#source;
    while (this.#pos < source.length) {
      const open = this.#nextOpening();
      if (open < 0) {
        this.#text(this.#pos, source.length, false);
        break;
      }
      this.#text(this.#pos, open, source[open + 2] === '-');
      this.#pos = open;
      if (source[open + 1] === '#') this.#comment();
      else if (this.#match(rawTag) !== null) this.#raw();
      else this.#tag(source[open + 1] === '%');
    }
    this.#push('end', '', source.length, source.length);
    return this.#tokens;
  }

  #push(kind: TokenKind, text: string, at: number, end: number, value: Token['value'] = null): void {
    this.#tokens.push({ kind, text, value, at, end });
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#pos;
    return pattern.exec(this.#source);
  }

  #nextOpening(): number {
    let open = this.#source.indexOf('{', this.#pos);
    while (open >= 0) {
      const next = this.#source[open + 1];
      if (next === '{' || next === '%' || next === '#') return open;
      open = this.#source.indexOf('{', open + 1);
    }
    return -1;
  }

  #text(start: number, end: number, stripEnd: boolean): void {
    let text = this.#source.slice(start, end);
    if (this.#stripNext) text = text.trimStart();
    if (stripEnd) text = text.trimEnd();
    this.#stripNext = false;
    if (text !== '') this.#push('text', text, start, end);
  }

  #comment(): void {
    const end = this.#source.indexOf('#}', this.#pos + 2);
    if (end < 0)
      throw new Fault('JINJA_SYNTAX', 'a comment is not closed: expected `#}`', { offset: this.#pos });
    this.#stripNext = end > this.#pos + 2 && this.#source[end - 1] === '-';
    this.#pos = end + 2;
  }

  #raw(): void {
    const start = this.#match(rawTag);
    if (!start) return;
    const bodyStart = this.#pos + start[0].length;
    endRawTag.lastIndex = bodyStart;
    const end = endRawTag.exec(this.#source);
    if (!end) {
      throw new Fault('JINJA_SYNTAX', 'a raw block is not closed: expected `{% endraw %}`', {
        offset: this.#pos,
      });
    }
    this.#stripNext = start[1] === '-';
    this.#text(bodyStart, end.index, end[1] === '-');
    this.#stripNext = end[2] === '-';
    this.#pos = end.index + end[0].length;
  }

  /** `{% … %}` or `{{ … }}`. Closing marks count only outside brackets, as in Jinja. */
  #tag(isTag: boolean): void {
    const source = this.#source;
    const open = this.#pos;
    const close = isTag ? '%}' : '}}';
    const sign = source[open + 2];
    const begin = open + (sign === '-' || sign === '+' ? 3 : 2);
    this.#push(isTag ? 'tag begin' : 'output begin', source.slice(open, begin), open, begin);
    this.#pos = begin;
    const brackets: string[] = [];
    for (;;) {
      this.#skipSpace();
      const at = this.#pos;
      if (at >= source.length) {
        throw new Fault('JINJA_SYNTAX', `the template ends inside a tag: expected \`${close}\``, {
          offset: open,
        });
      }
      if (brackets.length === 0) {
        const signed = source[at] === '-' || (isTag && source[at] === '+') ? 1 : 0;
        const ends = source.startsWith(close, at + signed) ? signed : source.startsWith(close, at) ? 0 : -1;
        if (ends >= 0) {
          this.#pos = at + ends + 2;
          this.#stripNext = ends === 1 && source[at] === '-';
          this.#push(isTag ? 'tag end' : 'output end', close, at, this.#pos);
          return;
        }
      }
      this.#token(brackets);
    }
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#source.charCodeAt(this.#pos);
      // beyond ASCII the pattern knows
      if (code === 0x20 || (code >= 0x09 && code <= 0x0d)) this.#pos++;
      else if (code > 0x7f && wideSpace.test(this.#source[this.#pos] as string)) this.#pos++;
      else return;
    }
  }

  /** The first character tells which kind of token it is. */
  #token(brackets: string[]): void {
    const at = this.#pos;
    const code = this.#source.charCodeAt(at);
    if (code >= 0x30 && code <= 0x39) this.#number(at);
    else if (code === 0x22 || code === 0x27) this.#string(at);
    else if (isNameStart(code)) this.#name(at);
    else this.#operator(at, brackets);
  }

  #name(at: number): void {
    const source = this.#source;
    let end = at + 1;
    while (isNamePart(source.charCodeAt(end))) end++;
    if (source.charCodeAt(end) > 0x7f || source.charCodeAt(at) > 0x7f) {
      const match = this.#match(name);
      if (!match) this.#unexpected(at);
      end = at + match[0].length;
    }
    this.#pos = end;
    this.#push('name', source.slice(at, end), at, end);
  }

  #number(at: number): void {
    const real = this.#match(float);
    if (real) {
      this.#pos += real[0].length;
      this.#push('float', real[0], at, this.#pos, new Float(Number(real[0].replaceAll('_', ''))));
      return;
    }
    const digits = this.#match(integer)?.[0];
    if (digits === undefined) this.#unexpected(at);
    if (digits.length > maxDigits) throw limitFault('an integer literal is too long', 'literal');
    this.#pos += digits.length;
    const value =
      digits.length < 15 && !digits.includes('_')
        ? Number(digits)
        : normalInteger(BigInt(digits.replaceAll('_', '')));
    this.#push('integer', digits, at, this.#pos, value);
  }

  #string(at: number): void {
    const match = this.#match(string);
    if (!match) throw new Fault('JINJA_SYNTAX', 'a string is not closed', { offset: at });
    this.#pos += match[0].length;
    this.#push('string', unescapeString(match[0].slice(1, -1), at), at, this.#pos);
  }

  #operator(at: number, brackets: string[]): void {
    const source = this.#source;
    let text = source[at] as string;
    if (!operators.has(text)) {
      if (source.startsWith('!=', at)) text = '!=';
      else this.#unexpected(at);
    }
    const two = text + (source[at + 1] ?? '');
    if (longOperators.has(two)) text = two;
    const closer = closing[text];
    if (closer !== undefined) brackets.push(closer);
    else if (text === ')' || text === ']' || text === '}') {
      const expected = brackets.pop();
      if (expected !== text) {
        const wanted = expected === undefined ? '' : `, expected '${expected}'`;
        throw new Fault('JINJA_SYNTAX', `unexpected '${text}'${wanted}`, { offset: at });
      }
    }
    this.#pos += text.length;
    this.#push('operator', text, at, this.#pos);
  }

  #unexpected(at: number): never {
    const char = String.fromCodePoint(this.#source.codePointAt(at) ?? 0);
    throw new Fault('JINJA_SYNTAX', `unexpected character ${JSON.stringify(char)}`, { offset: at });
  }
}

function isNameStart(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || code === 0x5f || code > 0x7f;
}

function isNamePart(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    code === 0x5f ||
    (code >= 0x30 && code <= 0x39)
  );
}
