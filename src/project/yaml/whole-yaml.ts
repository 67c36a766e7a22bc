import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type Document,
  type ParsedNode,
  type YAMLMap,
} from 'yaml';
import { ThauError } from '../../errors/thau-error.js';
import type { QuickYaml, Spots } from './quick-yaml.js';
import { plainScalar, taggedScalar } from './scalar.js';

/** How many values a file may hold once its aliases are written out; "billion laughs" has 10^9. */
const mostValues = 1_000_000;

/** Makes the errors of a file: they know its lines. */
export interface YamlFaults {
  syntax(this: void, offset: number, message: string, hint: string): ThauError;
  alias(this: void, offset: number, message: string, hint: string): ThauError;
  duplicate(this: void, key: string, offset: number, first: number): ThauError;
}

/** Reads a file by the whole grammar of YAML, anchors and aliases among it. Throws what `faults` make. */
export function wholeYaml(file: string, text: string, faults: YamlFaults): QuickYaml {
  const reader = new Reader(faults);
  const value = reader.read(parse(file, text, faults));
  return { value, spots: reader.spots };
}

function parse(file: string, text: string, faults: YamlFaults): Document.Parsed {
  let document: Document.Parsed;
  try {
    // failsafe: every scalar stays text here; plainScalar gives it PyYAML's meaning
    document = parseDocument(text, { schema: 'failsafe', uniqueKeys: false, logLevel: 'error' });
  } catch (error) {
    throw new ThauError('PROJECT_YAML_SYNTAX', `${file} cannot be read as YAML: nested too deeply`, {
      at: { file },
      hint: 'Flatten the file.',
      cause: error,
    });
  }
  const problem = document.errors[0];
  if (problem === undefined) return document;
  const offset = problem.pos[0];
  if (problem.code === 'MULTIPLE_DOCS')
    throw faults.syntax(offset, 'the file holds more than one YAML document', 'Split it.');
  if (problem.code === 'TAB_AS_INDENT')
    throw faults.syntax(offset, 'a tab is used as indentation', 'Indent with spaces.');
  const reason = /^[^\n]*?(?= at line |\n|$)/.exec(problem.message)?.[0] ?? problem.message;
  throw faults.syntax(
    offset,
    `not valid YAML: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}`,
    'Check the indentation, and quote text that holds ": ", "#", "{" or "%".',
  );
}

/** Turns the parsed document into plain data; an alias yields the very object of its anchor, counted in full. */
class Reader {
  readonly spots = new Map<object, Spots>();
  readonly #anchors = new Map<string, { readonly value: unknown; readonly count: number }>();
  #count = 0;

  constructor(readonly faults: YamlFaults) {}

  read(document: Document.Parsed): unknown {
    return this.#value(document.contents);
  }

  #value(node: ParsedNode | null): unknown {
    if (node === null) return null;
    this.#count++;
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target === undefined) {
        const message = `the alias *${node.source} has no anchor before it`;
        throw this.faults.alias(node.range[0], message, `Write &${node.source} where it is defined.`);
      }
      this.#count += target.count;
      if (this.#count > mostValues) {
        throw this.faults.alias(
          node.range[0],
          `aliases make this file larger than ${mostValues} values`,
          'Write the values out, or refer to fewer of them.',
        );
      }
      return target.value;
    }
    const before = this.#count;
    const value = this.#content(node);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, { value, count: this.#count - before });
    return value;
  }

  #content(node: Exclude<ParsedNode, { source: string; items?: never; value?: never }>): unknown {
    if (isScalar(node)) {
      const text = node.value;
      if (typeof text !== 'string') return text ?? null;
      if (node.tag !== undefined) return taggedScalar(text, node.tag);
      return node.type === 'PLAIN' ? plainScalar(text) : text;
    }
    if (isSeq(node)) {
      const list = node.items.map((item) => this.#value(item));
      const offsets = node.items.map((item) => (item as ParsedNode | null)?.range[0] ?? node.range[0]);
      this.spots.set(list, { start: node.range[0], offsets });
      return list;
    }
    if (isMap(node)) return this.#mapping(node);
    return null;
  }

  #mapping(node: YAMLMap.Parsed): unknown {
    const mapping: Record<string, unknown> = {};
    const merged: unknown[] = [];
    const seen = new Map<string, number>();
    const keys: string[] = [];
    const offsets: number[] = [];
    for (const pair of node.items) {
      const key = isScalar(pair.key) ? ((pair.key.value as string | null) ?? '') : undefined;
      if (key === undefined) {
        throw this.faults.syntax(pair.key.range[0], 'a key must be text or a number', 'Quote the key.');
      }
      if (isScalar(pair.key) && pair.key.anchor !== undefined) {
        this.#anchors.set(pair.key.anchor, { value: this.#content(pair.key), count: 1 });
      }
      const offset = pair.key.range[0];
      const first = seen.get(key);
      if (first !== undefined && key !== '<<') throw this.faults.duplicate(key, offset, first);
      seen.set(key, offset);
      keys.push(key);
      offsets.push(offset);
      const value = this.#value(pair.value);
      if (key === '<<' && isScalar(pair.key) && pair.key.type === 'PLAIN') {
        merged.push(...(Array.isArray(value) ? (value as unknown[]) : [value]));
      } else {
        put(mapping, key, value);
      }
    }
    for (const source of merged) {
      if (typeof source !== 'object' || source === null) continue;
      for (const [key, value] of Object.entries(source)) {
        if (!Object.hasOwn(mapping, key)) put(mapping, key, value);
      }
    }
    this.spots.set(mapping, { start: node.range[0], keys, offsets });
    return mapping;
  }
}

/** Sets a key as data, `__proto__` included. */
function put(mapping: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(mapping, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    mapping[key] = value;
  }
}
