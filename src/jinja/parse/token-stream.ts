import { Fault } from '../fault.js';
import { describeToken, type Token } from './token.js';

/** How deep blocks, brackets and chains of operators may nest; JavaScript's own stack ends some way above. */
const maxNesting = 400;

/** The tokens of a template with a place in them, shared by the parsers of statements and expressions. */
export class TokenStream {
  readonly #tokens: readonly Token[];
  #index = 0;
  #nesting = 0;
  /** How many loops stand around the current place, up to the macro around it. */
  loops = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get current(): Token {
    return this.#tokens[this.#index] as Token;
  }

  get previous(): Token | undefined {
    return this.#tokens[this.#index - 1];
  }

  /** How many tokens were taken: a place to scan from later. */
  get index(): number {
    return this.#index;
  }

  /** Whether a name was read as a value since the place `index`. */
  readSince(index: number, name: string): boolean {
    for (let i = index; i < this.#index; i++) {
      const token = this.#tokens[i] as Token;
      if (token.kind !== 'name' || token.text !== name) continue;
      const before = this.#tokens[i - 1];
      const after = this.#tokens[i + 1];
      if (before?.kind === 'operator' && before.text === '.') continue;
      if (after?.kind === 'operator' && after.text === '=') continue;
      return true;
    }
    return false;
  }

  look(distance = 1): Token | undefined {
    return this.#tokens[this.#index + distance];
  }

  next(): Token {
    const token = this.current;
    if (token.kind !== 'end') this.#index++;
    return token;
  }

  isOperator(text: string): boolean {
    const { current } = this;
    return current.kind === 'operator' && current.text === text;
  }

  isName(text: string): boolean {
    const { current } = this;
    return current.kind === 'name' && current.text === text;
  }

  skipOperator(text: string): boolean {
    if (!this.isOperator(text)) return false;
    this.#index++;
    return true;
  }

  skipName(text: string): boolean {
    if (!this.isName(text)) return false;
    this.#index++;
    return true;
  }

  expectOperator(text: string): Token {
    if (!this.isOperator(text)) this.fail(`expected '${text}', got ${describeToken(this.current)}`);
    return this.next();
  }

  expectName(text?: string): Token {
    const { current } = this;
    if (current.kind !== 'name' || (text !== undefined && current.text !== text)) {
      this.fail(`expected ${text === undefined ? 'a name' : `'${text}'`}, got ${describeToken(current)}`);
    }
    return this.next();
  }

  expectEnd(kind: 'tag end' | 'output end'): Token {
    if (this.current.kind !== kind) {
      this.fail(`expected ${kind === 'tag end' ? "'%}'" : "'}}'"}, got ${describeToken(this.current)}`);
    }
    return this.next();
  }

  fail(message: string, at = this.current.at): never {
    throw new Fault('JINJA_SYNTAX', message, { offset: at });
  }

  enter(): void {
    if (++this.#nesting > maxNesting) this.fail('the template is nested too deep');
  }

  leave(levels = 1): void {
    this.#nesting -= levels;
  }
}
