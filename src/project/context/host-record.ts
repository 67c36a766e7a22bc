import { HostObject } from '../../jinja/values/host-object.js';
import type { Value } from '../../jinja/values/value.js';

/** A named set of values, reached as attributes or items: `api`, `modules`, `builtins`. */
export class HostRecord extends HostObject {
  constructor(
    readonly typeName: string,
    readonly fields: Readonly<Record<string, Value>>,
  ) {
    super();
  }

  override getAttribute(name: string): Value | undefined {
    return Object.hasOwn(this.fields, name) ? this.fields[name] : undefined;
  }

  override getItem(key: Value): Value | undefined {
    return typeof key === 'string' ? this.getAttribute(key) : undefined;
  }

  override iterate(): Iterable<Value> {
    return Object.keys(this.fields);
  }

  override contains(value: Value): boolean {
    return typeof value === 'string' && Object.hasOwn(this.fields, value);
  }

  override get isMapping(): boolean {
    return true;
  }
}
