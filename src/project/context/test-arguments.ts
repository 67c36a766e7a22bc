import { Dict } from '../../jinja/values/dict.js';
import type { Value } from '../../jinja/values/value.js';
import { Expect } from '../yaml/expect.js';
import { toValue } from './plain.js';

const looksLikeCall = /^\s*(?:env_var|ref|var|source|doc)\s*\(.+\)\s*$/s;

/** An argument of a generic test as a template; undefined when it is plain text. `ref('x')` needs no braces. */
function templateOf(text: string, key: string): string | undefined {
  if (key === 'column_name') return undefined;
  if (looksLikeCall.test(text)) return `{{ ${text} }}`;
  return /\{[{%#]/.test(text) ? text : undefined;
}

/** The templates among the arguments of a generic test, each once. */
export function argumentTemplates(kwargs: Readonly<Record<string, unknown>>): string[] {
  const found = new Set<string>();
  const visit = (value: unknown, key: string): void => {
    if (typeof value === 'string') {
      const template = templateOf(value, key);
      if (template !== undefined) found.add(template);
    } else if (Array.isArray(value)) value.forEach((item) => visit(item, ''));
    else if (Expect.isMapping(value)) Object.values(value).forEach((item) => visit(item, ''));
  };
  for (const [key, value] of Object.entries(kwargs)) visit(value, key);
  return [...found];
}

/** The arguments as values, the templates among them replaced by what they gave. */
export function argumentValues(
  kwargs: Readonly<Record<string, unknown>>,
  rendered: ReadonlyMap<string, Value>,
): Dict {
  const fill = (value: unknown, key: string): Value => {
    if (typeof value === 'string') {
      const template = templateOf(value, key);
      return template === undefined ? value : (rendered.get(template) ?? null);
    }
    if (Array.isArray(value)) return value.map((item) => fill(item, ''));
    if (Expect.isMapping(value))
      return new Dict(Object.entries(value).map(([name, item]) => [name, fill(item, '')] as const));
    return toValue(value);
  };
  return new Dict(Object.entries(kwargs).map(([key, value]) => [key, fill(value, key)] as const));
}
