import { limitFault, valueFault } from '../fault.js';
import type { Call } from '../values/call.js';
import { repr, str } from '../values/repr.js';
import { Undefined } from '../values/undefined.js';
import type { Value } from '../values/value.js';
import { formatValue } from './format-value.js';

/** Python's `str.format`: `{}`, `{0}`, `{name.attribute[key]!r:>10}`, `{{` and `}}`. */
export function formatString(template: string, call: Call): string {
  return new Formatter(call).format(template, 2);
}

class Formatter {
  readonly #call: Call;
  #next = 0;
  #numbered = false;

  constructor(call: Call) {
    this.#call = call;
  }

  /** `depth` is how deep fields may nest in specs of fields: Python allows one level. */
  format(template: string, depth: number): string {
    if (depth === 0) throw valueFault('Max string recursion exceeded');
    let text = '';
    let at = 0;
    while (at < template.length) {
      const char = template[at] as string;
      if ((char === '{' || char === '}') && template[at + 1] === char) {
        text += char;
        at += 2;
      } else if (char === '}') throw valueFault("Single '}' encountered in format string");
      else if (char === '{') {
        const end = fieldEnd(template, at);
        text += this.#field(template.slice(at + 1, end), depth);
        at = end + 1;
      } else {
        const stop = template.slice(at).search(/[{}]/);
        const next = stop < 0 ? template.length : at + stop;
        text += template.slice(at, next);
        at = next;
      }
      if (text.length > this.#call.context.limits.size)
        throw limitFault('a format makes a text too large', 'size');
    }
    return text;
  }

  #field(field: string, depth: number): string {
    const [, path = '', conversion, spec = ''] =
      /^([^!:[]*(?:\[[^\]]*\][^!:[]*)*)(?:!(.))?(?::([^]*))?$/.exec(field) ?? [];
    if (path === '' && field !== '' && !/^[!:]/.test(field))
      throw valueFault(`bad format field '{${field}}'`);
    let value = this.#lookup(path);
    const expanded = spec.includes('{') ? this.format(spec, depth - 1) : spec;
    if (conversion !== undefined) value = converted(value, conversion);
    return formatValue(value, expanded, this.#call.context.limits.size);
  }

  #lookup(path: string): Value {
    const [, first = '', rest = ''] = /^([^.[]*)(.*)$/s.exec(path) ?? [];
    let value = this.#argument(first);
    for (const [whole, attribute, key] of rest.matchAll(/\.([^.[]+)|\[([^\]]+)\]|./gs)) {
      if (attribute === undefined && key === undefined) throw valueFault(`bad format field: '${whole}'`);
      const found =
        attribute !== undefined
          ? this.#call.context.getAttribute(value, attribute)
          : this.#call.context.getItem(value, /^\d+$/.test(key ?? '') ? Number(key) : (key ?? ''));
      if (found instanceof Undefined) throw found.fault();
      value = found;
    }
    return value;
  }

  #argument(name: string): Value {
    const { args, kwargs } = this.#call;
    if (name === '' || /^\d+$/.test(name)) {
      const automatic = name === '';
      if (automatic ? this.#numbered : this.#next > 0) {
        throw valueFault('cannot switch between automatic field numbering and manual field specification');
      }
      if (!automatic) this.#numbered = true;
      const index = automatic ? this.#next++ : Number(name);
      const value = args[index];
      if (value === undefined)
        throw valueFault(`Replacement index ${index} out of range for positional args tuple`);
      return value;
    }
    const value = kwargs.get(name);
    if (value === undefined) throw valueFault(`KeyError: ${repr(name)}`);
    return value;
  }
}

function fieldEnd(template: string, start: number): number {
  let depth = 0;
  for (let at = start; at < template.length; at++) {
    if (template[at] === '{') depth++;
    else if (template[at] === '}' && --depth === 0) return at;
  }
  throw valueFault("expected '}' before end of string");
}

function converted(value: Value, conversion: string): Value {
  if (conversion === 'r' || conversion === 'a') return repr(value);
  if (conversion === 's') return str(value);
  throw valueFault(`Unknown conversion specifier '${conversion}'`);
}
