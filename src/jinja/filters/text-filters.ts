import { codePoints } from '../values/code-points.js';
import { limitFault, typeFault, valueFault } from '../fault.js';
import { formatPercent } from '../format/percent.js';
import { centered } from '../format/centered.js';
import { integerArgument, stringArgument } from '../methods/argument.js';
import { capitalize } from '../methods/string-case.js';
import { replaceText, stripCharacters } from '../methods/string-methods.js';
import { splitLines } from '../methods/string-split.js';
import { strip } from '../methods/whitespace.js';
import { bindArguments } from '../values/bind-arguments.js';
import type { Call } from '../values/call.js';
import { Dict } from '../values/dict.js';
import { codePointLength, tryLength } from '../values/iterate.js';
import { str } from '../values/repr.js';
import { truthy } from '../values/truthy.js';
import { typeName } from '../values/type-name.js';
import { Tuple } from '../values/tuple.js';
import type { Value } from '../values/value.js';
import type { Callable } from './callable.js';
import { wrapText } from './wrap-text.js';

/** Filters over text; what is no text is printed first. */
export const textFilters: readonly (readonly [string, Callable])[] = [
  ['string', text('string', (value) => value)],
  ['upper', text('upper', (value) => value.toUpperCase())],
  ['lower', text('lower', (value) => value.toLowerCase())],
  ['capitalize', text('capitalize', capitalize)],
  ['title', text('title', title)],
  ['wordcount', text('wordcount', (value) => [...value.matchAll(/[\p{L}\p{N}_]+/gu)].length)],
  ['trim', trim],
  ['center', center],
  ['replace', replace],
  ['indent', indent],
  ['truncate', truncate],
  ['wordwrap', wordWrap],
  ['format', format],
];

function text(name: string, run: (value: string) => Value): Callable {
  return (call) => run(str(bindArguments(name, call, ['s'], 1)[0] ?? null));
}

/** Words begin after whitespace, a hyphen or an opening bracket: unlike the method, not after an apostrophe. */
function title(value: string): string {
  return value
    .split(/([-\s({[<]+)/)
    .map((part) => capitalize(part))
    .join('');
}

function trim(call: Call): Value {
  const [value = null, chars = null] = bindArguments('trim', call, ['value', 'chars'], 1);
  return chars === null ? strip(str(value)) : stripCharacters(str(value), stringArgument(chars, 'strip arg'));
}

function center(call: Call): Value {
  const [value = null, width] = bindArguments('center', call, ['value', 'width'], 1);
  const wide = integerArgument(width, 80);
  if (wide > call.context.limits.size) throw limitFault('the text is padded beyond what is allowed', 'size');
  const content = str(value);
  return centered(content, Math.max(0, wide - codePointLength(content)), wide);
}

function replace(call: Call): Value {
  const [value = null, from, to, count = null] = bindArguments(
    'replace',
    call,
    ['s', 'old', 'new', 'count'],
    3,
  );
  const times = count === null ? -1 : integerArgument(count, -1);
  return replaceText(str(value), str(from ?? null), str(to ?? null), times, call.context.limits.size);
}

function indent(call: Call): Value {
  const [value = null, width = 4, first = false, blank = false] = bindArguments(
    'indent',
    call,
    ['s', 'width', 'first', 'blank'],
    1,
  );
  const wide = typeof width === 'string' ? 0 : integerArgument(width, 4);
  if (wide > 10_000) throw limitFault('an indentation of more than 10,000 columns', 'size');
  const indention = typeof width === 'string' ? width : ' '.repeat(Math.max(0, wide));
  const [head = '', ...rest] = splitLines(`${stringArgument(value, 'the text to indent')}\n`, false);
  if (rest.length * indention.length > call.context.limits.size) {
    throw limitFault('indenting makes a text that is too large', 'size');
  }
  const lines = rest.map((line) => (line !== '' || truthy(blank) ? indention + line : line));
  return (truthy(first) ? indention : '') + [head, ...lines].join('\n');
}

function truncate(call: Call): Value {
  const parameters = ['s', 'length', 'killwords', 'end', 'leeway'];
  const [value = null, lengthValue, killWords = false, end = '...', leewayValue = null] = bindArguments(
    'truncate',
    call,
    parameters,
    1,
  );
  const ending = codePoints(str(end));
  const length = integerArgument(lengthValue, 255);
  const leeway = leewayValue === null ? 5 : integerArgument(leewayValue, 5);
  if (length < ending.length) throw valueFault(`expected length >= ${ending.length}, got ${length}`);
  if (leeway < 0) throw valueFault(`expected leeway >= 0, got ${leeway}`);
  const size = tryLength(value);
  if (size === undefined) throw typeFault(`object of type '${typeName(value)}' has no len()`);
  if (size <= length + leeway) return value;
  const points = codePoints(stringArgument(value, 'the text to cut'));
  const cut = points.slice(0, length - ending.length).join('');
  if (truthy(killWords)) return cut + ending.join('');
  const space = cut.lastIndexOf(' ');
  return (space < 0 ? cut : cut.slice(0, space)) + ending.join('');
}

function wordWrap(call: Call): Value {
  const parameters = ['s', 'width', 'break_long_words', 'wrapstring', 'break_on_hyphens'];
  const [value = null, widthValue, breakLong = true, wrapString = null, breakHyphens = true] = bindArguments(
    'wordwrap',
    call,
    parameters,
    1,
  );
  const width = integerArgument(widthValue, 79);
  if (width <= 0) throw valueFault(`invalid width ${width} (must be > 0)`);
  const mark = wrapString === null ? '\n' : str(wrapString);
  return splitLines(stringArgument(value, 'the text to wrap'), false)
    .map((line) => wrapText(line, width, truthy(breakLong), truthy(breakHyphens)).join(mark))
    .join(mark);
}

function format(call: Call): Value {
  const [value = null, ...args] = call.args;
  if (args.length > 0 && call.kwargs.size > 0) {
    throw typeFault("can't handle positional and keyword arguments at the same time");
  }
  const values = call.kwargs.size > 0 ? new Dict(call.kwargs) : new Tuple(args);
  return formatPercent(str(value), values, call.context.limits);
}
