import { excerpt } from '../errors/excerpt.js';
import { ThauError, type Place } from '../errors/thau-error.js';
import { Fault } from './fault.js';

/** A template, as far as errors need it. */
export interface Origin {
  readonly file: string;
  readonly source: string;
  readonly firstLine: number;
}

/** Line and column of an offset, both from 1. */
export function placeOf(origin: Origin, offset: number): Required<Place> {
  const before = origin.source.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line++;
  return { file: origin.file, line: line + origin.firstLine - 1, column: offset - lineStart + 1 };
}

/**
 * The error as a ThauError with place, excerpt and macro stack. A ThauError that already has a place keeps it, and
 * so does anything a caller should see as it is.
 */
export function locate(error: unknown, origin: Origin, offset = 0, stack: readonly string[] = []): unknown {
  if (error instanceof ThauError && error.at) return error;
  const at = placeOf(origin, error instanceof Fault ? (error.offset ?? offset) : offset);
  const details = {
    at,
    excerpt: excerptOf(origin, at),
    notes: stack,
  };
  if (error instanceof Fault) {
    return new ThauError(error.code, error.message, {
      ...details,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
  if (error instanceof ThauError) {
    return new ThauError(error.code, error.message, {
      ...details,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      excerpt: error.excerpt ?? details.excerpt,
      notes: [...error.notes, ...stack],
      cause: error.cause,
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new ThauError('JINJA_CALL_FAILED', message, { ...details, cause: error });
}

function excerptOf(origin: Origin, at: Required<Place>): string {
  // lines before `firstLine` are not ours to show
  const blank = '\n'.repeat(origin.firstLine - 1);
  return excerpt(blank + origin.source, at.line, at.column);
}
