import { bindArguments } from '../values/bind-arguments.js';
import type { Call } from '../values/call.js';
import { attributeOf } from '../values/access.js';
import { str } from '../values/repr.js';
import { truthy } from '../values/truthy.js';
import { Undefined } from '../values/undefined.js';
import type { Value } from '../values/value.js';
import type { Callable } from './callable.js';
import { htmlEscape, stripTags, urlEncode, xmlAttributes } from './html.js';
import { jsonText } from './json-text.js';
import { prettyPrint } from './pretty-print.js';

/** `default`, `attr`, and the filters that write a value in another notation. */
export const plainFilters: readonly (readonly [string, Callable])[] = [
  ['default', otherwise],
  ['d', otherwise],
  ['attr', attribute],
  ['escape', (call) => htmlEscape(str(bindArguments('escape', call, ['s'], 1)[0] ?? null))],
  ['e', (call) => htmlEscape(str(bindArguments('e', call, ['s'], 1)[0] ?? null))],
  ['forceescape', (call) => htmlEscape(str(bindArguments('forceescape', call, ['value'], 1)[0] ?? null))],
  ['safe', (call) => str(bindArguments('safe', call, ['value'], 1)[0] ?? null)],
  ['striptags', (call) => stripTags(str(bindArguments('striptags', call, ['value'], 1)[0] ?? null))],
  ['urlencode', (call) => urlEncode(bindArguments('urlencode', call, ['value'], 1)[0] ?? null)],
  ['xmlattr', xmlAttributes],
  ['tojson', toJson],
  ['pprint', (call) => prettyPrint(bindArguments('pprint', call, ['value'], 1)[0] ?? null)],
];

function otherwise(call: Call): Value {
  const [value = null, fallback = '', boolean = false] = bindArguments(
    'default',
    call,
    ['value', 'default_value', 'boolean'],
    1,
  );
  if (value instanceof Undefined) return fallback;
  return truthy(boolean) && !truthy(value) ? fallback : value;
}

/** Attributes alone, not items, unlike the dot. */
function attribute(call: Call): Value {
  const [value = null, name = null] = bindArguments('attr', call, ['obj', 'name'], 2);
  if (value instanceof Undefined) throw value.fault();
  const found = attributeOf(value, str(name));
  return found === undefined ? call.context.undefined(`the value has no attribute '${str(name)}'`) : found;
}

/** JSON that may stand in HTML: keys sorted, and `<`, `>`, `&` and `'` written as escapes. */
function toJson(call: Call): Value {
  const [value = null, indent = null] = bindArguments('tojson', call, ['value', 'indent'], 1);
  const text = jsonText(value, { sortKeys: true, indent: indent === null ? null : Number(str(indent)) });
  return text
    .replaceAll('<', '\\u003c')
    .replaceAll('>', '\\u003e')
    .replaceAll('&', '\\u0026')
    .replaceAll("'", '\\u0027');
}
