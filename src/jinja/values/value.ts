import type { Dict } from './dict.js';
import type { Float } from './float.js';
import type { HostObject } from './host-object.js';
import type { PySet } from './set.js';
import type { Tuple } from './tuple.js';
import type { Undefined } from './undefined.js';

/**
 * A value of the language. None is `null`; an int is a number with an integral value, or a bigint beyond
 * 2^53 - 1; a str is a string; a list is an array; everything callable, macros included, is a HostObject.
 */
export type Value =
  null | boolean | number | bigint | string | Float | Value[] | Tuple | Dict | PySet | Undefined | HostObject;
