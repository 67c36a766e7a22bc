import { typeFault } from '../fault.js';
import { bindArguments } from '../values/bind-arguments.js';
import type { Call } from '../values/call.js';
import { equals } from '../values/equals.js';
import { HostObject } from '../values/host-object.js';
import { toList } from '../values/iterate.js';
import { isInteger } from '../values/number.js';
import { repr } from '../values/repr.js';
import { sortedBy } from '../values/sort.js';
import { truthy } from '../values/truthy.js';
import type { Value } from '../values/value.js';
import { attributeGetter, foldCase } from './attribute-path.js';

/** A group: a pair whose parts also have names, `grouper` and `list`. */
class Group extends HostObject {
  readonly typeName = '_GroupTuple';
  readonly #parts: readonly [Value, Value[]];

  constructor(grouper: Value, list: Value[]) {
    super();
    this.#parts = [grouper, list];
  }

  override getAttribute(name: string): Value | undefined {
    if (name === 'grouper') return this.#parts[0];
    return name === 'list' ? this.#parts[1] : undefined;
  }

  override getItem(key: Value): Value | undefined {
    return isInteger(key) ? this.#parts.at(Number(key)) : undefined;
  }

  override iterate(): Iterable<Value> {
    return this.#parts;
  }

  override length(): number {
    return 2;
  }

  override repr(): string {
    return `(${this.#parts.map((part) => repr(part)).join(', ')})`;
  }
}

/** `| groupby('attribute')`: groups in the order of their keys; strings meet whatever their case. */
export function groupBy(call: Call): Value {
  const parameters = ['value', 'attribute', 'default', 'case_sensitive'];
  const [value = null, attribute, otherwise, caseSensitive = false] = bindArguments(
    'groupby',
    call,
    parameters,
    1,
  );
  if (attribute === undefined) throw typeFault("groupby() missing required argument: 'attribute'");
  const get = attributeGetter(attribute, call.context, otherwise);
  const fold = foldCase(truthy(caseSensitive));
  const items = toList(value);
  const sorted = sortedBy(
    items,
    items.map((item) => fold(get(item))),
  );
  const groups: { key: Value; items: Value[] }[] = [];
  for (const item of sorted) {
    const key = fold(get(item));
    const last = groups.at(-1);
    if (last && equals(last.key, key)) last.items.push(item);
    else groups.push({ key, items: [item] });
  }
  // the key shown is the first item's own, not the folded one
  return groups.map((group) => new Group(get(group.items[0] as Value), group.items));
}
