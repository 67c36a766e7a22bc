import type { Random } from '../random.js';

/** Without tone marks and with d for đ: what a keyboard without an input method writes. */
export function unaccented(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replaceAll('đ', 'd').replaceAll('Đ', 'D');
}

const oldStyle: readonly (readonly [string, string])[] = [
  ['òa', 'oà'],
  ['óa', 'oá'],
  ['ỏa', 'oả'],
  ['úy', 'uý'],
  ['ùy', 'uỳ'],
  ['òe', 'oè'],
];

/** A name or place as somebody typed it: NFC mostly, else NFD, unaccented, capitals, other tone placement, stray spaces. */
export function asTyped(random: Random, text: string): string {
  const draw = random.next();
  if (draw < 0.6) return text;
  if (draw < 0.68) return text.normalize('NFD');
  if (draw < 0.82) return unaccented(text);
  if (draw < 0.87) return text.toUpperCase();
  if (draw < 0.91) return text.toLowerCase();
  if (draw < 0.95) return oldStyle.reduce((out, [from, to]) => out.replaceAll(from, to), text);
  if (draw < 0.98) return text.replace(' ', '  ');
  return `${text} `;
}

const teencode: readonly (readonly [RegExp, string])[] = [
  [/không/g, 'ko'],
  [/được/g, 'đc'],
  [/rồi/g, 'r'],
  [/với/g, 'vs'],
  [/quá/g, 'qá'],
  [/gì/g, 'j'],
];

/** A comment as people write it on a phone. */
export function asWritten(random: Random, text: string): string {
  const draw = random.next();
  if (draw < 0.7) return text;
  if (draw < 0.82) return unaccented(text).toLowerCase();
  if (draw < 0.9) return text.normalize('NFD');
  return teencode.reduce((out, [from, to]) => out.replace(from, to), text.toLowerCase());
}
