import { Fault } from '../fault.js';

const simple: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

const escape = /\\(?:([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([^]))/g;

/** A string literal's content with Python's escapes resolved. Unknown escapes such as `\s` are kept whole. */
export function unescapeString(raw: string, offset: number): string {
  if (!raw.includes('\\')) return raw;
  return raw.replace(
    escape,
    (whole, octal?: string, hex?: string, u4?: string, u8?: string, char?: string) => {
      if (octal !== undefined) return String.fromCodePoint(parseInt(octal, 8));
      const digits = hex ?? u4 ?? u8;
      if (digits !== undefined) {
        const code = parseInt(digits, 16);
        if (code > 0x10ffff) {
          throw new Fault('JINJA_SYNTAX', `the escape ${whole} is no character`, { offset });
        }
        return String.fromCodePoint(code);
      }
      if (char === 'x' || char === 'u' || char === 'U' || char === 'N') {
        throw new Fault('JINJA_SYNTAX', `the escape \\${char} is cut short or not supported`, { offset });
      }
      return simple[char ?? ''] ?? whole;
    },
  );
}
