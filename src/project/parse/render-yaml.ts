import { parseTemplate } from '../../jinja/parse/parse-template.js';
import { evaluateSync } from '../../jinja/render.js';
import type { Globals } from '../../jinja/evaluate/frame.js';
import type { Place } from '../../errors/thau-error.js';
import type { Value } from '../../jinja/values/value.js';
import { toPlain } from '../context/plain.js';
import { Expect } from '../yaml/expect.js';
import type { YamlFile } from '../yaml/yaml-file.js';

const template = /\{[{%#]/;

/** Whether a text holds anything for Jinja to do. */
export function isTemplate(text: string): boolean {
  return template.test(text);
}

/** Filters with which YAML says what a rendered text is. */
const yamlFilters = new Map([
  ['as_text', ({ args }: { readonly args: readonly Value[] }): Value => args[0] ?? null],
  ['as_bool', ({ args }: { readonly args: readonly Value[] }): Value => literal(args[0] ?? null)],
  ['as_number', ({ args }: { readonly args: readonly Value[] }): Value => literal(args[0] ?? null)],
  ['as_native', ({ args }: { readonly args: readonly Value[] }): Value => literal(args[0] ?? null)],
]);

function literal(value: Value): Value {
  if (typeof value !== 'string') return value;
  const text = value.trim();
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  if (text === 'None') return null;
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return value;
}

/** A text of a YAML file as Jinja renders it: one `{{ … }}` alone keeps its type. */
export function renderYamlText(text: string, at: Place, globals: Globals): unknown {
  const parsed = parseTemplate(text, { file: at.file, firstLine: at.line ?? 1 });
  return toPlain(evaluateSync(parsed, globals, { filters: yamlFilters }));
}

/**
 * A part of a YAML file with its texts rendered. What holds no template comes back as it is; copies stand, for
 * errors, where their originals stand. Keys for which `skip` answers true stay as written.
 */
export function renderYaml(
  yaml: YamlFile,
  value: unknown,
  globals: Globals,
  skip: (key: string) => boolean = () => false,
): unknown {
  const render = (item: unknown, container: unknown, key: string | number): unknown => {
    if (typeof item === 'string')
      return isTemplate(item) ? renderYamlText(item, yaml.at(container, key), globals) : item;
    if (Array.isArray(item))
      return copyIfChanged(
        item,
        item.map((one, index) => render(one, item, index)),
      );
    if (!Expect.isMapping(item)) return item;
    const entries = Object.entries(item);
    const rendered = entries.map(([name, one]) => (skip(name) ? one : render(one, item, name)));
    if (rendered.every((one, index) => one === entries[index]?.[1])) return item;
    const copy = Object.fromEntries(entries.map(([name], index) => [name, rendered[index]]));
    yaml.adopt(item, copy);
    return copy;
  };
  const copyIfChanged = (before: unknown[], after: unknown[]): unknown[] => {
    if (after.every((one, index) => one === before[index])) return before;
    yaml.adopt(before, after);
    return after;
  };
  return render(value, value, '');
}
