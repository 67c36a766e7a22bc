import { Dict } from '../../jinja/values/dict.js';
import { Float, reprFloat } from '../../jinja/values/float.js';
import { Fault } from '../../jinja/fault.js';
import { HostObject } from '../../jinja/values/host-object.js';
import { str } from '../../jinja/values/repr.js';
import { Tuple } from '../../jinja/values/tuple.js';
import { PySet } from '../../jinja/values/set.js';
import { typeName } from '../../jinja/values/type-name.js';
import type { Value } from '../../jinja/values/value.js';

/** Python's `json.dumps(value)`: a space after `,` and `:`, everything beyond ASCII escaped. */
export function pythonJson(value: Value, sortKeys = false): string {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      return Number.isInteger(value) ? String(value) : reprFloat(value);
    case 'bigint':
      return value.toString();
    case 'string':
      return jsonString(value);
  }
  if (value instanceof Float) return reprFloat(value.value);
  const items = Array.isArray(value) ? value : value instanceof Tuple ? value.items : undefined;
  if (items !== undefined) return `[${items.map((item) => pythonJson(item, sortKeys)).join(', ')}]`;
  if (value instanceof Dict) {
    const entries = [...value].map(([key, item]) => [jsonKey(key), item] as const);
    if (sortKeys) entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${jsonString(key)}: ${pythonJson(item, sortKeys)}`).join(', ')}}`;
  }
  if (value instanceof HostObject) {
    const plain = value.toPlain?.();
    if (plain !== undefined && plain !== value) return pythonJson(plain, sortKeys);
  }
  const kind = value instanceof PySet ? 'set' : typeName(value);
  throw new Fault('JINJA_TYPE', `Object of type ${kind} is not JSON serializable`);
}

function jsonKey(key: Value): string {
  return key === null ? 'null' : typeof key === 'boolean' ? String(key) : str(key);
}

function jsonString(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
