import {
  LineCounter,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  parseDocument,
  type Document,
  type ParsedNode,
  type YAMLMap,
} from 'yaml';
import { excerpt } from '../../errors/excerpt.js';
import { ThauError, type Place } from '../../errors/thau-error.js';
import { plainScalar } from './scalar.js';

export type YamlMapping = Readonly<Record<string, unknown>>;

/** How many values a file may hold once its aliases are written out; "billion laughs" has 10^9. */
const mostValues = 1_000_000;

/**
 * A YAML file as plain data that remembers where each mapping, list and key stands. Places are looked up only
 * when an error needs one, so that reading thousands of files pays nothing for them.
 */
export class YamlFile {
  readonly file: string;
  readonly text: string;
  readonly value: unknown;
  readonly #nodes: WeakMap<object, ParsedNode>;
  readonly #lines: LineCounter;

  /** `file` is the path that errors show. Throws a ThauError of code PROJECT_YAML_* with the place. */
  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    this.#lines = new LineCounter();
    this.#nodes = new WeakMap();
    const document = this.#parse();
    this.value = new Reader(
      document,
      this.#nodes,
      (offset, code, message, hint) => this.#fault(offset, code, message, hint),
      (key, offset, first) => this.#duplicate(key, offset, first),
    ).read();
  }

  /** Where `container` (a mapping or list of this file) or its entry `key` stands. */
  at(container: unknown, key?: string | number): Place {
    const offset = this.#offset(container, key);
    if (offset === undefined) return { file: this.file };
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.file, line, column: col };
  }

  /** Lets `copy`, made of `original` with templates rendered, stand where the original stands. */
  adopt(original: object, copy: object): void {
    const node = this.#nodes.get(original);
    if (node !== undefined) this.#nodes.set(copy, node);
  }

  /** The source around a place of this file. */
  excerpt(at: Place): string | undefined {
    return at.line === undefined ? undefined : excerpt(this.text, at.line, at.column);
  }

  #offset(container: unknown, key?: string | number): number | undefined {
    const node = typeof container === 'object' && container !== null ? this.#nodes.get(container) : undefined;
    if (node === undefined) return undefined;
    if (key !== undefined && isMap(node)) {
      for (const pair of node.items) {
        if (isScalar(pair.key) && String(pair.key.value) === String(key)) return pair.key.range[0];
      }
    }
    if (typeof key === 'number' && isSeq(node)) {
      const item = node.items[key];
      if (item) return item.range[0];
    }
    return node.range[0];
  }

  #parse(): Document.Parsed {
    let document: Document.Parsed;
    try {
      // failsafe: every scalar stays text here; plainScalar gives it PyYAML's meaning
      document = parseDocument(this.text, {
        lineCounter: this.#lines,
        schema: 'failsafe',
        uniqueKeys: false,
        logLevel: 'error',
      });
    } catch (error) {
      throw new ThauError('PROJECT_YAML_SYNTAX', `${this.file} cannot be read as YAML: nested too deeply`, {
        at: { file: this.file },
        hint: 'Flatten the file.',
        cause: error,
      });
    }
    const problem = document.errors[0];
    if (problem === undefined) return document;
    const offset = problem.pos[0];
    if (problem.code === 'MULTIPLE_DOCS') {
      throw this.#fault(
        offset,
        'PROJECT_YAML_SYNTAX',
        'the file holds more than one YAML document',
        'Split it.',
      );
    }
    if (problem.code === 'TAB_AS_INDENT') {
      throw this.#fault(offset, 'PROJECT_YAML_SYNTAX', 'a tab is used as indentation', 'Indent with spaces.');
    }
    const reason = /^[^\n]*?(?= at line |\n|$)/.exec(problem.message)?.[0] ?? problem.message;
    throw this.#fault(
      offset,
      'PROJECT_YAML_SYNTAX',
      `not valid YAML: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}`,
      'Check the indentation, and quote text that holds ": ", "#", "{" or "%".',
    );
  }

  #duplicate(key: string, offset: number, first: number): ThauError {
    const here = this.#lines.linePos(offset);
    const there = this.#lines.linePos(first);
    return new ThauError('PROJECT_YAML_DUPLICATE_KEY', `the key "${key}" is written twice in one mapping`, {
      at: { file: this.file, line: here.line, column: here.col },
      excerpt: excerpt(this.text, here.line, here.col),
      notes: [`first written at ${this.file}:${there.line}:${there.col}`],
      hint: 'Remove one of them, or join their contents.',
    });
  }

  #fault(
    offset: number,
    code: 'PROJECT_YAML_SYNTAX' | 'PROJECT_YAML_ALIAS',
    message: string,
    hint: string,
  ): ThauError {
    const { line, col } = this.#lines.linePos(Math.min(offset, this.text.length));
    return new ThauError(code, message, {
      at: { file: this.file, line, column: col },
      excerpt: excerpt(this.text, line, col),
      hint,
    });
  }
}

type Fault = (
  offset: number,
  code: 'PROJECT_YAML_SYNTAX' | 'PROJECT_YAML_ALIAS',
  message: string,
  hint: string,
) => ThauError;

/** Turns the parsed document into plain data; an alias yields the very object of its anchor, counted in full. */
class Reader {
  readonly #anchors = new Map<string, { readonly value: unknown; readonly count: number }>();
  #count = 0;

  constructor(
    readonly document: Document.Parsed,
    readonly nodes: WeakMap<object, ParsedNode>,
    readonly fault: Fault,
    readonly duplicate: (key: string, offset: number, first: number) => ThauError,
  ) {}

  read(): unknown {
    return this.#value(this.document.contents);
  }

  #value(node: ParsedNode | null): unknown {
    if (node === null) return null;
    this.#count++;
    if (isAlias(node)) {
      const target = this.#anchors.get(node.source);
      if (target === undefined) {
        const message = `the alias *${node.source} has no anchor before it`;
        throw this.fault(
          node.range[0],
          'PROJECT_YAML_ALIAS',
          message,
          `Write &${node.source} where it is defined.`,
        );
      }
      this.#count += target.count;
      if (this.#count > mostValues) {
        throw this.fault(
          node.range[0],
          'PROJECT_YAML_ALIAS',
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
      if (node.type !== 'PLAIN') return text;
      if (node.tag === undefined) return plainScalar(text);
      return node.tag.endsWith(':str') ? text : plainScalar(text);
    }
    if (isSeq(node)) {
      const list = node.items.map((item) => this.#value(item));
      this.nodes.set(list, node as ParsedNode);
      return list;
    }
    if (isMap(node)) return this.#mapping(node);
    return null;
  }

  #mapping(node: YAMLMap.Parsed): unknown {
    const mapping: Record<string, unknown> = {};
    const merged: unknown[] = [];
    const seen = new Map<string, number>();
    for (const pair of node.items) {
      const key = isScalar(pair.key) ? ((pair.key.value as string | null) ?? '') : undefined;
      if (key === undefined) {
        throw this.fault(
          pair.key.range[0],
          'PROJECT_YAML_SYNTAX',
          'a key must be text or a number',
          'Quote the key.',
        );
      }
      const offset = pair.key.range[0];
      const first = seen.get(key);
      if (first !== undefined && key !== '<<') throw this.duplicate(key, offset, first);
      seen.set(key, offset);
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
    this.nodes.set(mapping, node);
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
