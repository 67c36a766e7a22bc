import { codePoints } from '../values/code-points.js';
import { str } from '../values/repr.js';
import { centered } from '../format/centered.js';
import { formatString } from '../format/format-string.js';
import { limitFault, typeFault, valueFault } from '../fault.js';
import { bindArguments } from '../values/bind-arguments.js';
import type { Call } from '../values/call.js';
import { checkSize } from '../values/check-size.js';
import { Dict } from '../values/dict.js';
import { codePointLength, iterate } from '../values/iterate.js';
import { Tuple } from '../values/tuple.js';
import { typeName } from '../values/type-name.js';
import type { Value } from '../values/value.js';
import { integerArgument, stringArgument } from './argument.js';
import type { Method } from './method.js';
import { characterTests } from './string-character-tests.js';
import { capitalize, swapCase, titleCase } from './string-case.js';
import { partition, rsplit, split, splitLines } from './string-split.js';
import { translate } from './string-translate.js';
import { strip, stripEnd, stripStart } from './whitespace.js';

/** Python's methods of str. */
export const stringMethods: ReadonlyMap<string, Method<string>> = new Map<string, Method<string>>([
  ...characterTests,
  ['upper', plain('upper', (self) => self.toUpperCase())],
  ['lower', plain('lower', (self) => self.toLowerCase())],
  ['casefold', plain('casefold', (self) => self.toLowerCase().replaceAll('ß', 'ss'))],
  ['capitalize', plain('capitalize', capitalize)],
  ['title', plain('title', titleCase)],
  ['swapcase', plain('swapcase', swapCase)],
  ['strip', (self, call) => stripMethod(self, call, 'strip')],
  ['lstrip', (self, call) => stripMethod(self, call, 'lstrip')],
  ['rstrip', (self, call) => stripMethod(self, call, 'rstrip')],
  ['split', (self, call) => splitMethod(self, call, 'split')],
  ['rsplit', (self, call) => splitMethod(self, call, 'rsplit')],
  [
    'splitlines',
    (self, call) => {
      const [keep = false] = bindArguments('splitlines', call, ['keepends']);
      return splitLines(self, keep === true);
    },
  ],
  ['partition', (self, call) => new Tuple(partition(self, separator('partition', call), false))],
  ['rpartition', (self, call) => new Tuple(partition(self, separator('rpartition', call), true))],
  ['join', join],
  ['replace', replace],
  ['startswith', (self, call) => affix(self, call, 'startswith')],
  ['endswith', (self, call) => affix(self, call, 'endswith')],
  [
    'removeprefix',
    (self, call) => {
      const prefix = stringArgument(
        bindArguments('removeprefix', call, ['prefix'], 1)[0],
        'removeprefix() argument',
      );
      return self.startsWith(prefix) ? self.slice(prefix.length) : self;
    },
  ],
  [
    'removesuffix',
    (self, call) => {
      const suffix = stringArgument(
        bindArguments('removesuffix', call, ['suffix'], 1)[0],
        'removesuffix() argument',
      );
      return suffix !== '' && self.endsWith(suffix) ? self.slice(0, -suffix.length) : self;
    },
  ],
  ['find', (self, call) => search(self, call, 'find')],
  ['rfind', (self, call) => search(self, call, 'rfind')],
  ['index', (self, call) => found(search(self, call, 'index'))],
  ['rindex', (self, call) => found(search(self, call, 'rindex'))],
  ['count', count],
  ['center', (self, call) => justify(self, call, 'center')],
  ['ljust', (self, call) => justify(self, call, 'ljust')],
  ['rjust', (self, call) => justify(self, call, 'rjust')],
  ['zfill', zfill],
  ['expandtabs', expandTabs],
  ['translate', translate],
  ['format', (self, call) => formatString(self, call)],
  [
    'format_map',
    (self, call) => {
      const [mapping] = bindArguments('format_map', call, ['mapping'], 1);
      if (!(mapping instanceof Dict)) throw typeFault('format_map() argument must be a mapping');
      const kwargs = new Map([...mapping].map(([key, value]) => [str(key), value]));
      return formatString(self, { ...call, args: [], kwargs });
    },
  ],
]);

function plain(name: string, run: (self: string) => Value): Method<string> {
  return (self, call) => {
    bindArguments(name, call, []);
    return run(self);
  };
}

function stripMethod(self: string, call: Call, name: 'strip' | 'lstrip' | 'rstrip'): string {
  const [chars = null] = bindArguments(name, call, ['chars']);
  if (chars === null)
    return name === 'strip' ? strip(self) : name === 'lstrip' ? stripStart(self) : stripEnd(self);
  return stripCharacters(self, stringArgument(chars, `${name} arg`), name);
}

/** Takes off whatever of `chars` stands at the ends. */
export function stripCharacters(
  text: string,
  chars: string,
  name: 'strip' | 'lstrip' | 'rstrip' = 'strip',
): string {
  const set = new Set(chars);
  const points = codePoints(text);
  let start = 0;
  let end = points.length;
  if (name !== 'rstrip') while (start < end && set.has(points[start] as string)) start++;
  if (name !== 'lstrip') while (end > start && set.has(points[end - 1] as string)) end--;
  return points.slice(start, end).join('');
}

function splitMethod(self: string, call: Call, name: 'split' | 'rsplit'): Value {
  const [sep = null, limit] = bindArguments(name, call, ['sep', 'maxsplit']);
  const at = sep === null ? null : stringArgument(sep, 'sep');
  if (at === '') throw valueFault('empty separator');
  return (name === 'split' ? split : rsplit)(self, at, integerArgument(limit, -1));
}

function separator(name: string, call: Call): string {
  const text = stringArgument(bindArguments(name, call, ['sep'], 1)[0], 'sep');
  if (text === '') throw valueFault('empty separator');
  return text;
}

function join(self: string, call: Call): string {
  const [items = null] = bindArguments('join', call, ['iterable'], 1);
  const texts: string[] = [];
  let size = 0;
  for (const item of iterate(items)) {
    if (typeof item !== 'string') {
      throw typeFault(`sequence item ${texts.length}: expected str instance, ${typeName(item)} found`);
    }
    size += item.length + self.length;
    checkSize(size, call.context.limits, 'the text');
    texts.push(item);
  }
  return texts.join(self);
}

function replace(self: string, call: Call): string {
  const [oldValue, newValue, limit] = bindArguments('replace', call, ['old', 'new', 'count'], 2);
  const from = stringArgument(oldValue, 'replace() argument 1');
  const to = stringArgument(newValue, 'replace() argument 2');
  return replaceText(self, from, to, integerArgument(limit, -1), call.context.limits.size);
}

/** Replaces up to `count` occurrences (all if negative), giving up before the result passes `size`. */
export function replaceText(text: string, from: string, to: string, count: number, size: number): string {
  const parts = from === '' ? ['', ...codePoints(text), ''] : text.split(from);
  const times = Math.min(parts.length - 1, count < 0 ? Infinity : count);
  if (text.length + times * (to.length - from.length) > size) {
    throw limitFault('replacing makes a text that is too large', 'size');
  }
  if (times === parts.length - 1) return parts.join(to);
  return [parts.slice(0, times + 1).join(to), ...parts.slice(times + 1)].join(from);
}

function affix(self: string, call: Call, name: 'startswith' | 'endswith'): boolean {
  const [affixes = null, start, end] = bindArguments(
    name,
    call,
    [name === 'startswith' ? 'prefix' : 'suffix', 'start', 'end'],
    1,
  );
  const part = codePoints(self)
    .slice(integerArgument(start, 0), end === undefined ? undefined : integerArgument(end, 0))
    .join('');
  const list = affixes instanceof Tuple ? affixes.items : [affixes];
  return list.some((item) => {
    const text = stringArgument(item, `${name} first arg`);
    return name === 'startswith' ? part.startsWith(text) : part.endsWith(text);
  });
}

function search(self: string, call: Call, name: string): number {
  const [sub, start, end] = bindArguments(name, call, ['sub', 'start', 'end'], 1);
  const points = codePoints(self);
  const from = integerArgument(start, 0);
  if (from > points.length) return -1;
  const part = points.slice(from, end === undefined ? undefined : integerArgument(end, 0)).join('');
  const wanted = stringArgument(sub, `${name}() argument`);
  const index = name.startsWith('r') ? part.lastIndexOf(wanted) : part.indexOf(wanted);
  if (index < 0) return -1;
  return codePointLength(part.slice(0, index)) + (from < 0 ? Math.max(0, points.length + from) : from);
}

function found(index: number): number {
  if (index < 0) throw valueFault('substring not found');
  return index;
}

function count(self: string, call: Call): number {
  const [sub, start, end] = bindArguments('count', call, ['sub', 'start', 'end'], 1);
  const wanted = stringArgument(sub, 'count() argument');
  const part = codePoints(self)
    .slice(integerArgument(start, 0), end === undefined ? undefined : integerArgument(end, 0))
    .join('');
  return wanted === '' ? codePointLength(part) + 1 : part.split(wanted).length - 1;
}

function justify(self: string, call: Call, name: 'center' | 'ljust' | 'rjust'): string {
  const [widthValue, fillValue] = bindArguments(name, call, ['width', 'fillchar'], 1);
  const fill = fillValue === undefined ? ' ' : stringArgument(fillValue, 'the fill character');
  if (codePointLength(fill) !== 1) throw typeFault('the fill character must be exactly one character long');
  const width = integerArgument(widthValue, 0);
  if (width > call.context.limits.size) throw limitFault('the text is padded beyond what is allowed', 'size');
  const missing = Math.max(0, width - codePointLength(self));
  if (name === 'ljust') return self + fill.repeat(missing);
  if (name === 'rjust') return fill.repeat(missing) + self;
  return centered(self, missing, width, fill);
}

function zfill(self: string, call: Call): string {
  const width = integerArgument(bindArguments('zfill', call, ['width'], 1)[0], 0);
  if (width > call.context.limits.size) throw limitFault('the text is padded beyond what is allowed', 'size');
  const sign = self.startsWith('-') || self.startsWith('+') ? (self[0] as string) : '';
  return sign + '0'.repeat(Math.max(0, width - codePointLength(self))) + self.slice(sign.length);
}

function expandTabs(self: string, call: Call): string {
  const size = integerArgument(bindArguments('expandtabs', call, ['tabsize'])[0], 8);
  if (size > 1000) throw limitFault('tabs wider than 1,000 columns', 'size');
  let column = 0;
  let text = '';
  for (const char of self) {
    if (char === '\t') {
      const width = size > 0 ? size - (column % size) : 0;
      text += ' '.repeat(width);
      column += width;
    } else {
      text += char;
      column = char === '\n' || char === '\r' ? 0 : column + 1;
    }
  }
  return text;
}
