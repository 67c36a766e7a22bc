import { Fault } from '../fault.js';
import type { Evaluation, Pending } from '../values/call.js';
import type { Value } from '../values/value.js';

/** Runs an evaluation to its end; what would have to be awaited is JINJA_PENDING at the place of the call. */
export function driveSync<T>(evaluation: Evaluation<T>): T {
  const machine = new Machine(evaluation);
  for (let promise = machine.run(); promise !== null;) {
    promise.catch(() => undefined); // nobody will look at it
    promise = machine.fail(new Fault('JINJA_PENDING', 'the answer of this call would have to be waited for'));
  }
  return machine.result;
}

/** Runs an evaluation to its end, awaiting what has to be awaited. */
export async function driveAsync<T>(evaluation: Evaluation<T>): Promise<T> {
  const machine = new Machine(evaluation);
  for (let promise = machine.run(); promise !== null;) {
    let value: Value;
    try {
      value = await promise;
    } catch (error) {
      promise = machine.fail(error);
      continue;
    }
    promise = machine.resume(value ?? null);
  }
  return machine.result;
}

/**
 * A stack of evaluations, the innermost on top. Evaluations wait for each other here instead of on JavaScript's
 * own stack, so that macros can nest as deep as the limit allows and a resumption costs the same at any depth.
 */
class Machine<T> {
  readonly #stack: Evaluation<unknown>[] = [];
  #result: T | undefined;

  constructor(evaluation: Evaluation<T>) {
    this.#stack.push(evaluation);
  }

  get result(): T {
    return this.#result as T;
  }

  /** Runs until a promise is met, which it returns, or the end: null. */
  run(): Promise<Value> | null {
    return this.resume(null);
  }

  resume(value: unknown): Promise<Value> | null {
    return this.#advance({ value });
  }

  fail(error: unknown): Promise<Value> | null {
    return this.#advance({ error });
  }

  #advance(input: { value: unknown } | { error: unknown }): Promise<Value> | null {
    let next = input;
    for (;;) {
      const top = this.#stack.at(-1);
      if (top === undefined) {
        if ('error' in next) throw next.error;
        this.#result = next.value as T;
        return null;
      }
      try {
        const step: IteratorResult<Pending, unknown> =
          'error' in next ? top.throw(next.error) : top.next(next.value as Value);
        if (step.done) {
          this.#stack.pop();
          next = { value: step.value };
        } else if ('then' in step.value) {
          return step.value;
        } else {
          this.#stack.push(step.value);
          next = { value: null };
        }
      } catch (error) {
        this.#stack.pop();
        next = { error };
      }
    }
  }
}
