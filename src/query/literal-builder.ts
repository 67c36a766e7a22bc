import type { Inputs, Reader } from './arguments.js';
import { StatementBuilder } from './statement-builder.js';
import { quoteText } from './text-parts.js';

/** Writes values into the statement itself, for SQL that is kept and run without its request. */
export class LiteralBuilder extends StatementBuilder {
  readonly #inputs: Inputs;

  constructor(timezone: string, inputs: Inputs) {
    super(timezone, false, 0);
    this.#inputs = inputs;
  }

  override parameter(read: Reader, type: string): string {
    return `${literal(read(this.#inputs))}::${type}`;
  }
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (!Array.isArray(value)) return quoteText(typeof value === 'string' ? value : JSON.stringify(value));
  const items = value as readonly unknown[];
  return items.length === 0 ? "'{}'" : `array[${items.map(literal).join(',')}]`;
}
