import { typeFault } from '../fault.js';
import type { Call, Evaluation } from '../values/call.js';
import { Iterator } from '../values/iterator.js';
import { iterate } from '../values/iterate.js';
import { truthy } from '../values/truthy.js';
import type { Value } from '../values/value.js';
import { str } from '../values/repr.js';
import { attributeGetter, type Getter } from './attribute-path.js';
import type { Callable } from './callable.js';

/** `map`, `select`, `reject`, `selectattr`, `rejectattr`: filters and tests applied to every item. */
export const selectFilters: readonly (readonly [string, Callable])[] = [
  ['map', map],
  ['select', (call) => select(call, true, false)],
  ['reject', (call) => select(call, false, false)],
  ['selectattr', (call) => select(call, true, true)],
  ['rejectattr', (call) => select(call, false, true)],
];

function* map(call: Call): Evaluation<Value> {
  const [input = null, name, ...args] = call.args;
  const { context } = call;
  const mapped: Value[] = [];
  // nothing to walk gives nothing, also where the input is none
  if (!truthy(input)) return new Iterator(mapped);
  if (name === undefined && call.kwargs.has('attribute')) {
    for (const key of call.kwargs.keys()) {
      if (key !== 'attribute' && key !== 'default')
        throw typeFault(`map() got an unexpected keyword argument '${key}'`);
    }
    const get = attributeGetter(call.kwargs.get('attribute'), context, call.kwargs.get('default'));
    for (const item of iterate(input)) mapped.push(get(item));
    return new Iterator(mapped);
  }
  if (name === undefined) throw typeFault('map requires a filter argument');
  for (const item of iterate(input)) mapped.push(yield* context.filter(str(name), item, args, call.kwargs));
  return new Iterator(mapped);
}

function* select(call: Call, wanted: boolean, byAttribute: boolean): Evaluation<Value> {
  const [input = null, ...rest] = call.args;
  const { context } = call;
  let get: Getter = (item) => item;
  if (byAttribute) {
    const attribute = rest.shift();
    if (attribute === undefined) throw typeFault('missing parameter for attribute name');
    get = attributeGetter(attribute, context);
  }
  const selected: Value[] = [];
  if (!truthy(input)) return new Iterator(selected);
  const [name, ...args] = rest;
  for (const item of iterate(input)) {
    const value = get(item);
    const holds =
      name === undefined ? truthy(value) : yield* context.test(str(name), value, args, call.kwargs);
    if (holds === wanted) selected.push(item);
  }
  return new Iterator(selected);
}
