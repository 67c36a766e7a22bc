import { codePoints } from '../values/code-points.js';
import { limitFault, typeFault, valueFault } from '../fault.js';
import { arithmetic } from '../values/arithmetic.js';
import { bindArguments } from '../values/bind-arguments.js';
import type { Call } from '../values/call.js';
import { checkSize } from '../values/check-size.js';
import { compare } from '../values/compare.js';
import { Dict } from '../values/dict.js';
import { HostObject } from '../values/host-object.js';
import { Iterator } from '../values/iterator.js';
import { iterate, toList, tryLength } from '../values/iterate.js';
import { str } from '../values/repr.js';
import { PySet } from '../values/set.js';
import { sortedBy } from '../values/sort.js';
import { truthy } from '../values/truthy.js';
import { Tuple } from '../values/tuple.js';
import { typeName } from '../values/type-name.js';
import { Undefined } from '../values/undefined.js';
import type { Value } from '../values/value.js';
import { integerArgument } from '../methods/argument.js';
import { attributeGetter, foldCase } from './attribute-path.js';
import type { Callable } from './callable.js';
import { groupBy } from './group-by.js';

/** Filters over lists and what else can be walked. */
export const sequenceFilters: readonly (readonly [string, Callable])[] = [
  ['length', length],
  ['count', length],
  ['first', first],
  ['last', last],
  ['random', random],
  ['list', (call) => toList(bindArguments('list', call, ['value'], 1)[0] ?? null)],
  ['join', join],
  ['reverse', reverse],
  ['sort', sort],
  ['dictsort', dictSort],
  ['unique', unique],
  ['min', (call) => extreme(call, 'min')],
  ['max', (call) => extreme(call, 'max')],
  ['sum', sum],
  ['batch', batch],
  ['slice', slice],
  ['groupby', groupBy],
  ['items', items],
];

function length(call: Call): Value {
  const [value = null] = bindArguments('length', call, ['obj'], 1);
  const count = tryLength(value);
  if (count === undefined) throw typeFault(`object of type '${typeName(value)}' has no len()`);
  return count;
}

function first(call: Call): Value {
  const [value = null] = bindArguments('first', call, ['seq'], 1);
  for (const item of iterate(value)) return item;
  return call.context.undefined('No first item, sequence was empty.');
}

function last(call: Call): Value {
  const [value = null] = bindArguments('last', call, ['seq'], 1);
  if (value instanceof Iterator || value instanceof PySet)
    throw typeFault(`'${typeName(value)}' object is not reversible`);
  const item = toList(value).at(-1);
  return item === undefined ? call.context.undefined('No last item, sequence was empty.') : item;
}

function random(call: Call): Value {
  const [value = null] = bindArguments('random', call, ['seq'], 1);
  if (value instanceof Dict) throw valueFault('a dict has no order to choose from');
  const items = toList(value);
  const item = items[Math.floor(Math.random() * items.length)];
  return item === undefined ? call.context.undefined('No random item, sequence was empty.') : item;
}

function join(call: Call): Value {
  const [value = null, separator = '', attribute] = bindArguments(
    'join',
    call,
    ['value', 'd', 'attribute'],
    1,
  );
  const get = attributeGetter(attribute, call.context);
  const texts: string[] = [];
  const between = str(separator);
  let size = 0;
  for (const item of iterate(value)) {
    const text = str(get(item));
    size += text.length + between.length;
    checkSize(size, call.context.limits, 'the text');
    texts.push(text);
  }
  return texts.join(between);
}

function reverse(call: Call): Value {
  const [value = null] = bindArguments('reverse', call, ['value'], 1);
  if (typeof value === 'string') return codePoints(value).reverse().join('');
  if (value instanceof PySet) return toList(value).reverse();
  return new Iterator(toList(value).reverse());
}

function sort(call: Call): Value {
  const parameters = ['value', 'reverse', 'case_sensitive', 'attribute'];
  const [value = null, reversed = false, caseSensitive = false, attribute = null] = bindArguments(
    'sort',
    call,
    parameters,
    1,
  );
  const items = toList(value);
  const fold = foldCase(truthy(caseSensitive));
  const paths: Value[] = typeof attribute === 'string' ? attribute.split(',') : [attribute];
  const getters = paths.map((path) => attributeGetter(path, call.context));
  const keys = items.map((item) => getters.map((get) => fold(get(item))));
  return sortedBy(items, keys, truthy(reversed));
}

function dictSort(call: Call): Value {
  const parameters = ['value', 'case_sensitive', 'by', 'reverse'];
  const [value = null, caseSensitive = false, by = 'key', reversed = false] = bindArguments(
    'dictsort',
    call,
    parameters,
    1,
  );
  if (by !== 'key' && by !== 'value') throw typeFault('You can only sort by either "key" or "value"');
  if (value instanceof Undefined) throw value.fault();
  if (!(value instanceof Dict)) throw typeFault(`dictsort needs a dict, not ${typeName(value)}`);
  const entries = [...value];
  const fold = foldCase(truthy(caseSensitive));
  const keys = entries.map((entry) => fold(by === 'key' ? entry[0] : entry[1]));
  return sortedBy(
    entries.map((entry) => new Tuple(entry)),
    keys,
    truthy(reversed),
  );
}

function unique(call: Call): Value {
  const [value = null, caseSensitive = false, attribute] = bindArguments(
    'unique',
    call,
    ['value', 'case_sensitive', 'attribute'],
    1,
  );
  const get = attributeGetter(attribute, call.context);
  const fold = foldCase(truthy(caseSensitive));
  const seen = new PySet();
  const kept: Value[] = [];
  for (const item of iterate(value)) {
    const key = fold(get(item));
    if (seen.has(key)) continue;
    seen.add(key);
    kept.push(item);
  }
  return new Iterator(kept);
}

function extreme(call: Call, name: 'min' | 'max'): Value {
  const [value = null, caseSensitive = false, attribute] = bindArguments(
    name,
    call,
    ['value', 'case_sensitive', 'attribute'],
    1,
  );
  const get = attributeGetter(attribute, call.context);
  const fold = foldCase(truthy(caseSensitive));
  let best: { item: Value; key: Value } | undefined;
  for (const item of iterate(value)) {
    const key = fold(get(item));
    if (!best || (name === 'min' ? compare(key, best.key) < 0 : compare(key, best.key, '>') > 0))
      best = { item, key };
  }
  return best ? best.item : call.context.undefined('No aggregated item, sequence was empty.');
}

function sum(call: Call): Value {
  const [value = null, attribute, start = 0] = bindArguments(
    'sum',
    call,
    ['iterable', 'attribute', 'start'],
    1,
  );
  const get = attributeGetter(attribute, call.context);
  if (typeof start === 'string') throw typeFault("sum() can't sum strings [use the join filter instead]");
  let total: Value = start;
  for (const item of iterate(value)) total = arithmetic('+', total, get(item), call.context.limits);
  return total;
}

function batch(call: Call): Value {
  const [value = null, lineCount, fill = null] = bindArguments(
    'batch',
    call,
    ['value', 'linecount', 'fill_with'],
    2,
  );
  const size = integerArgument(lineCount, 0);
  const batches: Value[][] = [];
  let current: Value[] = [];
  for (const item of iterate(value)) {
    if (current.length === size) {
      batches.push(current);
      current = [];
    }
    current.push(item);
  }
  if (current.length > 0) {
    if (size > call.context.limits.size)
      throw limitFault('a batch is filled up beyond what is allowed', 'size');
    if (fill !== null) while (current.length < size) current.push(fill);
    batches.push(current);
  }
  return new Iterator(batches);
}

/** `slices` columns of nearly equal length. */
function slice(call: Call): Value {
  const [value = null, slices, fill = null] = bindArguments(
    'slice',
    call,
    ['value', 'slices', 'fill_with'],
    2,
  );
  const all = toList(value);
  const count = integerArgument(slices, 0);
  if (count > call.context.limits.size) throw limitFault('more slices than allowed', 'size');
  if (count === 0) throw valueFault('integer division or modulo by zero');
  const perSlice = Math.floor(all.length / count);
  const longer = all.length % count;
  const columns: Value[][] = [];
  let start = 0;
  for (let i = 0; i < count; i++) {
    const end = start + perSlice + (i < longer ? 1 : 0);
    const column = all.slice(start, end);
    if (fill !== null && i >= longer) column.push(fill);
    columns.push(column);
    start = end;
  }
  return new Iterator(columns);
}

function items(call: Call): Value {
  const [value = null] = bindArguments('items', call, ['value'], 1);
  if (value instanceof Undefined) return new Iterator([]);
  if (value instanceof Dict) return new Iterator([...value].map((entry) => new Tuple(entry)));
  if (value instanceof HostObject && value.isMapping && value.iterate) {
    return new Iterator(toList(value).map((key) => new Tuple([key, call.context.getItem(value, key)])));
  }
  throw typeFault('Can only get item pairs from a mapping.');
}
