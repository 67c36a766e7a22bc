import { formatError } from '../errors/format.js';
import { excerpt } from '../errors/excerpt.js';
import { ThauError } from '../errors/thau-error.js';

/** How many errors are shown before "and n more": enough to fix in one sitting, few enough to read. */
const shownAtOnce = 25;

/** Several faults of one project, thrown together. `errors` keeps each with its own code and place. */
export class ProjectErrors extends ThauError {
  readonly errors: readonly ThauError[];

  constructor(errors: readonly ThauError[]) {
    const shown = errors.slice(0, shownAtOnce);
    const notes = shown.flatMap((error) => formatError(error).split('\n'));
    if (errors.length > shown.length) notes.push(`… and ${errors.length - shown.length} more`);
    super('PROJECT_INVALID', `the project has ${errors.length} errors`, {
      notes,
      hint: 'Fix them from the top: later ones are often echoes of the first.',
    });
    this.errors = errors;
  }
}

/**
 * Gathers what is wrong with a project while it is read, so that a person sees all of it at once. Reading goes
 * on after an error with whatever is still usable; nothing is handed out when any error was gathered.
 */
export class Problems {
  readonly errors: ThauError[] = [];
  readonly warnings: ThauError[] = [];

  error(error: ThauError): void {
    this.errors.push(error.hint === undefined ? withHint(error) : error);
  }

  warn(warning: ThauError): void {
    this.warnings.push(warning);
  }

  /** Runs `work`; a ThauError it throws is gathered and answers undefined. Anything else is a bug and passes. */
  attempt<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (error instanceof ProjectErrors) this.errors.push(...error.errors);
      else if (error instanceof ThauError) this.error(error);
      else throw error;
      return undefined;
    }
  }

  /** Throws the one error, or all of them together; `readSource` gives the text of a file, for excerpts. */
  throwIfAny(readSource: (file: string) => string | undefined = () => undefined): void {
    const errors = this.errors.map((error) => withExcerpt(error, readSource));
    const [first, ...others] = errors;
    if (first === undefined) return;
    throw others.length === 0 ? first : new ProjectErrors(errors);
  }
}

/** The interpreter cannot always say what to do; in a project's file, it is the place shown that wants correcting. */
function withHint(error: ThauError): ThauError {
  return new ThauError(error.code, error.message, {
    hint: 'Correct the template at the place shown.',
    notes: error.notes,
    cause: error.cause,
    ...(error.at === undefined ? {} : { at: error.at }),
    ...(error.excerpt === undefined ? {} : { excerpt: error.excerpt }),
  });
}

/** The error with the lines around its place, where it came without. */
function withExcerpt(error: ThauError, readSource: (file: string) => string | undefined): ThauError {
  const { at } = error;
  if (error.excerpt !== undefined || at?.line === undefined) return error;
  const source = readSource(at.file);
  if (source === undefined) return error;
  return new ThauError(error.code, error.message, {
    at,
    excerpt: excerpt(source, at.line, at.column),
    notes: error.notes,
    cause: error.cause,
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}
