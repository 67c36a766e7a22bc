import { normalizePhone } from '../schema/phone.js';
import { wellFormed } from './statement-builder.js';

/** Characters of a search that are read; nobody types more to find a person. */
const longest = 200;

/** Words that must all be met; more are left out. */
const mostWords = 10;

/**
 * What somebody types to find a row, as a tsquery over lexemes that are words without accents, addresses in lower case,
 * phone numbers in digits (84912345678, 0912345678 and 912345678), numbers of orders and cards in lower case. Every word must be
 * met, each from its beginning; null, which nothing meets, where there is no word.
 */
export function searchQuery(value: unknown): string | null {
  const text = String(wellFormed(value)).slice(0, longest).trim();
  const words = text
    .split(/\s+/)
    .slice(0, mostWords)
    .flatMap((word) => {
      const met = alternatives(word);
      return met.length === 0 ? [] : [`(${met.join('|')})`];
    });
  const all = words.length === 0 ? [] : [words.join('&')];
  // a phone number may be written with blanks
  const whole = /\s/.test(text) ? [...all, ...phoneDigits(text).map(begins)] : all;
  return whole.length === 0 ? null : whole.join('|');
}

/** Each way to read one word. */
function alternatives(word: string): readonly string[] {
  const folded = word
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[đð]/g, 'd');
  const parts = folded.split(/[^a-z0-9]+/).filter((part) => part !== '');
  return [
    ...new Set([
      ...(parts.length === 0 ? [] : [parts.map(begins).join('&')]),
      // an address, an order's number: with what stands between its parts
      ...(/^[a-z0-9][a-z0-9@._+:-]*$/.test(folded) ? [begins(folded)] : []),
      ...phoneDigits(word).map(begins),
    ]),
  ].map((one) => (one.includes('&') ? `(${one})` : one));
}

const begins = (lexeme: string): string => `'${lexeme}':*`;

/**
 * The digits of a phone number, or of the beginning of one, as E.164 has them where it is one of this country, and as
 * they are typed, which may be how another country writes its own; none where it is no number.
 */
function phoneDigits(text: string): readonly string[] {
  if (!/^[+\d\s.()-]+$/.test(text)) return [];
  const written = [normalizePhone(text), text].flatMap((one) =>
    one === undefined ? [] : [one.replace(/\D/g, '').replace(/^00/, '')],
  );
  return [...new Set(written)].filter((digits) => digits.length >= 3);
}
