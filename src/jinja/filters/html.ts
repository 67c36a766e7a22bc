import { typeFault, valueFault } from '../fault.js';
import { bindArguments } from '../values/bind-arguments.js';
import type { Call } from '../values/call.js';
import { Dict } from '../values/dict.js';
import { iterate, tryIterate } from '../values/iterate.js';
import { str } from '../values/repr.js';
import { truthy } from '../values/truthy.js';
import { typeName } from '../values/type-name.js';
import { Undefined } from '../values/undefined.js';
import type { Value } from '../values/value.js';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&#39;',
  '"': '&#34;',
};

export function htmlEscape(text: string): string {
  return text.replace(/[&<>'"]/g, (char) => entities[char] ?? char);
}

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
};

/** Tags and comments off, whitespace collapsed, common entities resolved. */
export function stripTags(text: string): string {
  const bare = text.replace(/<!--[^]*?-->/g, '').replace(/<[^>]*>/g, '');
  const collapsed = bare
    .split(/\s+/)
    .filter((word) => word !== '')
    .join(' ');
  return collapsed.replace(
    /&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return named[name] ?? whole;
      const code = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
    },
  );
}

function quote(text: string, keepSlash: boolean): string {
  const encoded = encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd')).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return keepSlash ? encoded.replaceAll('%2F', '/') : encoded;
}

/** Percent encoding: of a text for a path, of a mapping or pairs for a query string. */
export function urlEncode(value: Value): Value {
  if (typeof value === 'string') return quote(value, true);
  const pairs = value instanceof Dict ? [...value] : tryIterate(value);
  if (pairs === undefined) return quote(str(value), true);
  const encode = (part: Value): string => quote(str(part), false).replaceAll('%20', '+');
  return [...pairs]
    .map((pair) => {
      const [key, item, ...more] = Array.isArray(pair) ? pair : [...iterate(pair)];
      if (key === undefined || item === undefined || more.length > 0)
        throw valueFault('urlencode needs pairs');
      return `${encode(key)}=${encode(item)}`;
    })
    .join('&');
}

/** ` key="value"` for every entry that is neither none nor undefined. */
export function xmlAttributes(call: Call): Value {
  const [value = null, autospace = true] = bindArguments('xmlattr', call, ['d', 'autospace'], 1);
  if (value instanceof Undefined) throw value.fault();
  if (!(value instanceof Dict)) throw typeFault(`xmlattr needs a dict, not ${typeName(value)}`);
  const parts: string[] = [];
  for (const [key, item] of value) {
    if (item === null || item instanceof Undefined) continue;
    const name = str(key);
    if (/[\s/>=]/.test(name)) throw valueFault(`Invalid character in attribute name: '${name}'`);
    parts.push(`${htmlEscape(name)}="${htmlEscape(str(item))}"`);
  }
  const text = parts.join(' ');
  return text !== '' && truthy(autospace) ? ` ${text}` : text;
}
