import type { Call, CallResult } from '../values/call.js';

/** A filter, test or function: takes the arguments of a call (a filter's and a test's input is the first). */
export type Callable = (call: Call) => CallResult;
