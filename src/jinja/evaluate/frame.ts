import type { Place } from '../../errors/thau-error.js';
import { limitFault } from '../fault.js';
import type { Callables } from '../filters/callables.js';
import { placeOf, type Origin } from '../locate.js';
import type { Callable } from '../filters/callable.js';
import type { Limits } from '../values/call.js';
import type { UndefinedMode } from '../values/undefined.js';
import type { Value } from '../values/value.js';

/** Names a template sees beside its own: a Map will do. */
export interface Globals {
  get(name: string): Value | undefined;
  /** The names there are, for "did you mean". */
  keys?(): Iterable<string>;
  /** What a render among these names may use, where the render itself says nothing. */
  readonly limits?: Partial<Limits> | undefined;
  /** Filters beside the language's own, where the render itself brings none. */
  readonly filters?: ReadonlyMap<string, Callable> | undefined;
}

/** What one render shares among all its macros. Its counters are the only state that changes. */
export class Execution {
  readonly limits: Limits;
  readonly undefinedMode: UndefinedMode;
  readonly filters: Callables;
  readonly tests: Callables;
  #steps = 0;
  #output = 0;

  constructor(options: {
    limits: Limits;
    undefinedMode: UndefinedMode;
    filters: Callables;
    tests: Callables;
  }) {
    this.limits = options.limits;
    this.undefinedMode = options.undefinedMode;
    this.filters = options.filters;
    this.tests = options.tests;
  }

  step(): void {
    if (++this.#steps > this.limits.steps) {
      throw limitFault(`the template took more than ${this.limits.steps} steps`, 'steps');
    }
  }

  write(size: number): void {
    this.#output += size;
    if (this.#output > this.limits.output) {
      throw limitFault(`the template wrote more than ${this.limits.output} characters`, 'output');
    }
  }
}

/** A template or macro being run. `at` follows the evaluation, so that a fault knows its place without a search. */
export class Frame {
  at = 0;
  readonly execution: Execution;
  readonly origin: Origin;
  readonly globals: Globals;
  /** The macro's name; null for a template's top level. */
  readonly name: string | null;
  readonly parent: Frame | null;
  readonly depth: number;

  constructor(
    execution: Execution,
    origin: Origin,
    globals: Globals,
    name: string | null,
    parent: Frame | null,
  ) {
    this.execution = execution;
    this.origin = origin;
    this.globals = globals;
    this.name = name;
    this.parent = parent;
    this.depth = parent === null ? 0 : parent.depth + 1;
    const { depth } = execution.limits;
    if (this.depth > depth) throw limitFault(`macros are nested more than ${depth} deep`, 'depth');
  }

  place(): Required<Place> {
    return placeOf(this.origin, this.at);
  }

  /** `in macro surrogate_key (macros/keys.sql:12)`, innermost first; the far end of a deep stack is left out. */
  stack(): string[] {
    const lines: string[] = [];
    let frame: Frame | null = this.#asCaller(lines);
    while (frame !== null && lines.length < maxStackLines) frame = frame.#asCaller(lines);
    if (frame !== null) lines.push('…');
    return lines;
  }

  /** Each line tells where the macro was when it called the one above it. */
  #asCaller(lines: string[]): Frame | null {
    const { file, line } = this.place();
    if (this.name !== null) lines.push(`in macro ${this.name} (${file}:${line})`);
    else if (lines.length > 0) lines.push(`called from ${file}:${line}`);
    return this.parent;
  }
}

const maxStackLines = 20;
