import { ThauError } from '../../errors/thau-error.js';
import { everything, type Criterion, type IndirectSelection, type Spec } from './spec.js';

export interface Selection {
  /** What `--select` was given: each may hold several, separated by spaces. */
  readonly select?: readonly string[];
  readonly exclude?: readonly string[];
  readonly indirect?: IndirectSelection;
}

/** The arguments of `--select` and `--exclude` as a spec: spaces unite, commas intersect. */
export function parseSelection(selection: Selection): Spec {
  const indirect = selection.indirect ?? 'eager';
  const included = parseUnion(selection.select ?? [], indirect) ?? { ...everything, indirect };
  const excluded = parseUnion(selection.exclude ?? [], indirect);
  return excluded === undefined ? included : { kind: 'difference', of: included, without: excluded };
}

function parseUnion(texts: readonly string[], indirect: IndirectSelection): Spec | undefined {
  const parts = texts.flatMap((text) => text.trim().split(/\s+/)).filter((part) => part !== '');
  if (parts.length === 0) return undefined;
  return { kind: 'union', of: parts.map((part) => parseIntersection(part, indirect)) };
}

function parseIntersection(text: string, indirect: IndirectSelection): Spec {
  const parts = text.split(',');
  if (parts.some((part) => part === '')) {
    throw new ThauError('PROJECT_SELECTION', `"${text}" has an empty side of a comma`, {
      hint: 'A comma intersects two criteria without spaces: tag:nightly,config.materialized:table.',
    });
  }
  return { kind: 'intersection', of: parts.map((part) => parseCriterion(part, indirect)) };
}

const shape = /^(@)?(?:(\d*)\+)?(?:([\w.]+):)?(.*?)(?:\+(\d*))?$/s;

/** One criterion with its `@` and `+`. */
export function parseCriterion(text: string, indirect: IndirectSelection): Criterion {
  const [, at, parents, method, value = '', children] = shape.exec(text) ?? [];
  if (value === '') {
    throw new ThauError('PROJECT_SELECTION', `"${text}" selects nothing: it has no name or value`, {
      hint: 'Write a name, a path or method:value, such as customers+ or tag:nightly.',
    });
  }
  if (at !== undefined && children !== undefined) {
    throw new ThauError('PROJECT_SELECTION', `"${text}" has both "@" in front and "+" behind`, {
      hint: '"@" already takes all children; leave the "+" out.',
    });
  }
  const [name = '', ...args] = (method ?? defaultMethod(value)).split('.');
  return {
    kind: 'criterion',
    text,
    method: name,
    args,
    value,
    parents: depth(parents),
    children: depth(children),
    childrensParents: at !== undefined,
    indirect,
  };
}

function depth(written: string | undefined): number | null {
  if (written === undefined) return null;
  return written === '' ? Infinity : Number(written);
}

/** A bare value is a path, a file or a name. */
function defaultMethod(value: string): string {
  if (/[/\\]/.test(value)) return 'path';
  return /\.(?:sql|py|csv)$/i.test(value) ? 'file' : 'fqn';
}
