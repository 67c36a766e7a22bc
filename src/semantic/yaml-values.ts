import { ThauError } from '../errors/thau-error.js';
import type { SemanticSource } from './read-semantics.js';

export type Problems = ThauError[];

/** Reads YAML's values without trusting their types. */
export const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};

export const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];

export const text = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;

/** Notes a fault at the file. */
export function fault(
  problems: Problems,
  source: SemanticSource | undefined,
  message: string,
  hint?: string,
): void {
  problems.push(
    new ThauError('SEMANTIC_INVALID', message, {
      ...(source && { at: { file: source.file } }),
      ...(hint !== undefined && { hint }),
    }),
  );
}
