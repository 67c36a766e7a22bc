import { randomBytes } from 'node:crypto';

/** A key as its owner holds it: `thau_<id>_<secret>`. */
export interface KeyText {
  readonly text: string;
  /** The part that is stored and shown as it is; it finds the row. */
  readonly id: string;
}

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZabcdefghjkmnpqrstvwxyz';
const pattern = /^thau_([0-9A-Za-z]{10})_([0-9A-Za-z]{32})$/;

/** A new key: 10 characters that name it, 32 (182 bits) that prove it. */
export function newKey(): KeyText {
  const id = randomText(10);
  return { id, text: `thau_${id}_${randomText(32)}` };
}

/** The key in `text`, or undefined where it cannot be one: no database is asked then. */
export function readKey(text: string): KeyText | undefined {
  const match = pattern.exec(text);
  return match?.[1] === undefined ? undefined : { text, id: match[1] };
}

/** Without modulo bias: bytes past the last whole alphabet are drawn again. */
function randomText(length: number): string {
  const limit = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < limit && text.length < length) text += alphabet[byte % alphabet.length] ?? '';
    }
  }
  return text;
}
