import type { Value } from '../values/value.js';

export type TokenKind =
  | 'text'
  | 'output begin'
  | 'output end'
  | 'tag begin'
  | 'tag end'
  | 'name'
  | 'string'
  | 'integer'
  | 'float'
  | 'operator'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** A name, an operator, a string's or text's content. */
  readonly text: string;
  /** A number's value. */
  readonly value: Value;
  readonly at: number;
  /** Where it ends, whitespace that a `-` took away not counted. */
  readonly end: number;
}

/** The token as an error message names it. */
export function describeToken(token: Token): string {
  switch (token.kind) {
    case 'end':
      return 'the end of the template';
    case 'output end':
      return 'the end of the print statement';
    case 'tag end':
      return 'the end of the tag';
    case 'output begin':
    case 'tag begin':
    case 'text':
      return token.kind;
    case 'string':
      return 'a string';
    default:
      return `'${token.text}'`;
  }
}
