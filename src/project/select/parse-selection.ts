import { didYouMean } from '../../errors/suggest.js';
import { ThauError } from '../../errors/thau-error.js';
import { type Criteria, type Selection, type SelectionMethod, selectionMethods } from './selection.js';

const everything = selectionOfWords([
  'fqn:*',
  'source:*',
  'exposure:*',
  'metric:*',
  'semantic_model:*',
  'saved_query:*',
  'unit_test:*',
]);

/**
 * `--select` and `--exclude` as dbt reads them: words are joined by union, commas inside a word by intersection;
 * what is excluded is taken from the rest. No `--select` means every node.
 */
export function parseSelection(select: readonly string[], exclude: readonly string[]): Selection {
  const chosen = select.length === 0 ? everything : selectionOfWords(words(select), true);
  if (exclude.length === 0) return chosen;
  return { kind: 'difference', parts: [chosen, selectionOfWords(words(exclude), true)] };
}

/** One criterion; throws PROJECT_SELECTION for an unknown method. */
export function parseCriteria(raw: string): Criteria {
  const match = /^(@)?(?:(\d*)(\+))?(?:([\w.]+):)?(.*?)(?:(\+)(\d*))?$/su.exec(raw);
  const [, at, above, plus, method, value = '', after, below] = match ?? [];
  if (at !== undefined && after !== undefined) {
    throw new ThauError('PROJECT_SELECTION', `"${raw}" has both "@" before and "+" after.`, {
      hint: '"@" brings the descendants with it already: leave the "+" out.',
    });
  }
  if (value === '') {
    throw new ThauError('PROJECT_SELECTION', `"${raw}" selects nothing: it has no value.`, {
      hint: 'Write a name, a path, or `method:value`, such as `tag:daily`.',
    });
  }
  const [name = '', ...rest] = method?.split('.') ?? [defaultMethod(value)];
  return {
    kind: 'criteria',
    raw,
    method: asMethod(name, raw),
    arguments: rest,
    value,
    childrensParents: at !== undefined,
    parents: depth(plus, above),
    children: depth(after, below),
  };
}

/** The method of this name, or PROJECT_SELECTION with the nearest one. */
export function asMethod(name: string, raw: string): SelectionMethod {
  const found = selectionMethods.find((method) => method === name);
  if (found !== undefined) return found;
  throw new ThauError('PROJECT_SELECTION', `"${name}" in "${raw}" is not a selection method.`, {
    hint: didYouMean(name, selectionMethods) ?? `Methods are ${selectionMethods.join(', ')}.`,
  });
}

function selectionOfWords(list: readonly string[], expected = false): Selection {
  return {
    kind: 'union',
    parts: list.map((word) => ({
      kind: 'intersection',
      parts: word.split(',').map(parseCriteria),
      ...(expected && { expected: word }),
    })),
  };
}

function words(list: readonly string[]): string[] {
  return list.flatMap((text) => text.split(/\s+/)).filter((word) => word !== '');
}

function defaultMethod(value: string): SelectionMethod {
  if (value.includes('/') || value.includes('\\')) return 'path';
  return /\.(sql|py|csv)$/i.test(value) ? 'file' : 'fqn';
}

function depth(operator: string | undefined, digits: string | undefined): number {
  if (operator === undefined) return 0;
  return digits === undefined || digits === '' ? Infinity : Number(digits);
}
