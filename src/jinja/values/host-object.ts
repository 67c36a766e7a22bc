import type { Call, CallResult } from './call.js';
import type { Float } from './float.js';
import type { SliceBounds } from './slice-bounds.js';
import type { Value } from './value.js';

/** The operators an object may take part in. */
export type ObjectOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**' | 'and' | 'or' | 'xor';

/**
 * An object given by the host, or a kind of the language itself that is not plain data (macros, methods, loops,
 * iterators). Templates see only what these methods answer: attribute lookup never reaches JavaScript's own
 * properties. Every method has an answer that means "not that kind of object".
 */
export abstract class HostObject {
  /** What error messages and repr call its kind: `Relation`, `Macro`. */
  abstract readonly typeName: string;

  /** The attribute; undefined if there is none. Jinja's `a.b` tries the attribute, then the item. */
  getAttribute(_name: string): Value | undefined {
    return undefined;
  }

  /** The item; undefined if there is none. Jinja's `a[b]` tries the item, then the attribute. */
  getItem(_key: Value): Value | undefined {
    return undefined;
  }

  /** `{% set a.b = value %}`: only a namespace allows it. */
  setAttribute?(name: string, value: Value): void;

  /** Present on whatever can be called. */
  call?(call: Call): CallResult;

  /** What `for` and the filters walk over; absent on what is not iterable. */
  iterate?(): Iterable<Value>;

  /** `| length`; absent on what has none. */
  length?(): number;

  /** `object[a:b:c]`, the bounds resolved against its length; absent on what cannot be sliced. */
  slice?(bounds: SliceBounds): Value;

  /** `value in object`; without it, what `iterate` gives is searched. */
  contains?(value: Value): boolean;

  /** `==`. Without it, an object equals itself alone. */
  equals?(other: Value): boolean;

  /** What stands for it as a key of a dict or member of a set: equal for equal objects. Default: itself. */
  hashKey?(): unknown;

  /** `<`, `>`, sorting: negative, 0 or positive; undefined if the two have no order. */
  compare?(other: Value): number | undefined;

  /** An operator with the object on the left, or on the right if `reflected`; undefined if it has none. */
  operate?(operator: ObjectOperator, other: Value, reflected: boolean): Value | undefined;

  /** On what counts as a number (a decimal): what `int`, `round`, formatting and arithmetic take it for. */
  toNumber?(): number | bigint | Float;

  isTrue(): boolean {
    return this.length === undefined || this.length() > 0;
  }

  /** `is mapping`. */
  get isMapping(): boolean {
    return false;
  }

  /** `is sequence`: something with a length and items. */
  get isSequence(): boolean {
    return this.length !== undefined;
  }

  /** What `tojson` and the host's own serialisers write for it; undefined if it cannot be written. */
  toPlain?(): Value;

  /** `'{:spec}'.format(object)`; without it only an empty spec is allowed. */
  format?(spec: string): string;

  /** `{{ object }}` */
  toString(): string {
    return this.repr();
  }

  /** As a member of a list or dict prints it. */
  repr(): string {
    return `<${this.typeName}>`;
  }
}
