import type { Place } from '../../errors/thau-error.js';
import type { Value } from './value.js';

/**
 * A computation that may wait: it yields promises, or further evaluations that are to run on their own stack so
 * that deep recursion of macros does not overflow JavaScript's. One driver runs it synchronously (a promise is
 * an error), another awaits.
 */
export type Evaluation<T> = Generator<Pending, T, Value>;

export type Pending = Promise<Value> | Evaluation<Value>;

/** What a callable gives back: a value, or one that takes time. */
export type CallResult = Value | Promise<Value> | Evaluation<Value>;

/** The arguments of a call and where it came from. */
export interface Call {
  readonly args: readonly Value[];
  readonly kwargs: ReadonlyMap<string, Value>;
  readonly context: CallContext;
}

/** What a callable may ask of the render that calls it. */
export interface CallContext {
  /** Where in which file the call stands. */
  place(): Place;
  /** The macros being run, innermost first, as error messages show them. */
  macroStack(): readonly string[];
  /** A name as the template sees it at the place of the call; undefined if it has none. */
  lookup(name: string): Value | undefined;
  /** `object.name` and `object[key]` as the template would have them; what is missing is undefined. */
  getAttribute(object: Value, name: string): Value;
  getItem(object: Value, key: Value): Value;
  /** An undefined value of the render's mode, which fails with `message` when used. */
  undefined(message: string): Value;
  /** Calls a macro or function; `return` the evaluation, or `yield*` it. */
  invoke(callee: Value, args?: readonly Value[], kwargs?: ReadonlyMap<string, Value>): Evaluation<Value>;
  /** The same from asynchronous code. */
  invokeAsync(callee: Value, args?: readonly Value[], kwargs?: ReadonlyMap<string, Value>): Promise<Value>;
  /** Applies a filter by name, as `map` does. */
  filter(
    name: string,
    value: Value,
    args: readonly Value[],
    kwargs: ReadonlyMap<string, Value>,
  ): Evaluation<Value>;
  /** Applies a test by name, as `select` does. */
  test(
    name: string,
    value: Value,
    args: readonly Value[],
    kwargs: ReadonlyMap<string, Value>,
  ): Evaluation<boolean>;
  hasFilter(name: string): boolean;
  hasTest(name: string): boolean;
  readonly limits: Limits;
}

/** What a template may use at most; passing one is JINJA_LIMIT, which names the limit. */
export interface Limits {
  /** Statements, loop turns and calls. */
  readonly steps: number;
  /** Macros (and `caller()`) nested in each other. */
  readonly depth: number;
  /** UTF-16 units written in one render, texts inside macros counted each time they are written. */
  readonly output: number;
  /** UTF-16 units of a string, or items of a list, made by one operation: `*`, `range`, `ljust`, formatting. */
  readonly size: number;
  /** Decimal digits of an integer: printing one costs their square. */
  readonly digits: number;
  /** Milliseconds of one search in a text by a pattern: for hosts that give templates regular expressions. */
  readonly search: number;
}
