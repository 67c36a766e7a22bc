import { parse } from 'yaml';
import { ThauError } from '../../errors/thau-error.js';

/** `--vars` as it was typed: a YAML mapping on one line. */
export function readVars(text: string | undefined): Record<string, unknown> {
  if (text === undefined || text.trim() === '') return {};
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw badVars(text, error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badVars(text);
  return value as Record<string, unknown>;
}

function badVars(text: string, cause?: unknown): ThauError {
  return new ThauError('CLI_USAGE', `For --vars, ${JSON.stringify(text)} is no YAML mapping.`, {
    hint: "Write it as --vars '{as_of: 2026-01-31}'.",
    ...(cause !== undefined && { cause }),
  });
}
