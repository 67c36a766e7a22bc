import { codes } from './codes.js';
import { ThauError } from './thau-error.js';

/** `transforms/a.sql:3:5`, or as much of it as is known. */
export function formatPlace(at: { file: string; line?: number; column?: number }): string {
  let text = at.file;
  if (at.line !== undefined) text += `:${at.line}`;
  if (at.line !== undefined && at.column !== undefined) text += `:${at.column}`;
  return text;
}

/** An error as a person reads it: code and message, place, excerpt, notes, hint. No stack trace. */
export function formatError(error: unknown): string {
  if (!(error instanceof ThauError)) {
    return `INTERNAL: ${error instanceof Error ? error.message : String(error)}`;
  }
  const lines = [`${error.code}: ${error.message}`];
  if (error.at) lines.push(`  at ${formatPlace(error.at)}`);
  if (error.excerpt !== undefined) lines.push(...error.excerpt.split('\n').map((line) => `  ${line}`));
  for (const note of error.notes) lines.push(`  ${note}`);
  lines.push(`  hint: ${hintOf(error)}`);
  return lines.join('\n');
}

/** The error's own hint, or what docs/errors.md says to do about its code. */
function hintOf(error: ThauError): string {
  return error.hint ?? codes[error.code].cure;
}

/** An error as plain data, for logs and history. */
export function errorToJson(error: unknown): Record<string, unknown> {
  if (!(error instanceof ThauError)) {
    return { code: 'INTERNAL', message: error instanceof Error ? error.message : String(error) };
  }
  const json: Record<string, unknown> = { code: error.code, message: error.message, hint: hintOf(error) };
  if (error.at) json['at'] = error.at;
  if (error.notes.length > 0) json['notes'] = error.notes;
  return json;
}
