import type { Execution } from './frame.js';

/** The text a template or macro has written so far, counted against the render's limit. */
export class Output {
  readonly #execution: Execution;
  readonly #parts: string[] = [];

  constructor(execution: Execution) {
    this.#execution = execution;
  }

  write(text: string): void {
    this.#execution.write(text.length);
    this.#parts.push(text);
  }

  text(): string {
    return this.#parts.join('');
  }
}
