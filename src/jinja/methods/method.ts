import type { Call, CallResult } from '../values/call.js';

/** A method of a kind of value: what Python lets one call on it. */
export type Method<T> = (self: T, call: Call) => CallResult;
