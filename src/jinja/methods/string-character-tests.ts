import { bindArguments } from '../values/bind-arguments.js';
import type { Method } from './method.js';
import { onlyWhitespace } from './whitespace.js';

const cased = /[\p{Lu}\p{Ll}\p{Lt}]/u;

/** `isalpha`, `isdigit` and their kin. All but `isascii` and `isprintable` are false of the empty text. */
export const characterTests: readonly (readonly [string, Method<string>])[] = [
  matches('isalpha', /^\p{L}+$/u),
  matches('isdecimal', /^\p{Nd}+$/u),
  matches('isdigit', /^[\p{Nd}\u00b2\u00b3\u00b9\u2070\u2074-\u2079\u2080-\u2089]+$/u),
  matches('isnumeric', /^\p{N}+$/u),
  matches('isalnum', /^[\p{L}\p{N}]+$/u),
  matches('isspace', onlyWhitespace),
  matches('isascii', /^[\x00-\x7f]*$/),
  matches('isprintable', /^(?:[^\p{C}\p{Z}]| )*$/u),
  matches('isidentifier', /^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*$/u),
  asks('isupper', (text) => text === text.toUpperCase() && cased.test(text)),
  asks('islower', (text) => text === text.toLowerCase() && cased.test(text)),
  asks('istitle', isTitle),
];

function matches(name: string, pattern: RegExp): readonly [string, Method<string>] {
  return asks(name, (text) => pattern.test(text));
}

function asks(name: string, ask: (text: string) => boolean): readonly [string, Method<string>] {
  return [
    name,
    (self, call) => {
      bindArguments(name, call, []);
      return ask(self);
    },
  ];
}

function isTitle(text: string): boolean {
  let inWord = false;
  let any = false;
  for (const char of text) {
    const upper = /[\p{Lu}\p{Lt}]/u.test(char);
    const lower = /\p{Ll}/u.test(char);
    if ((upper && inWord) || (lower && !inWord)) return false;
    inWord = upper || lower;
    any ||= inWord;
  }
  return any;
}
