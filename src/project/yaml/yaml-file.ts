import { excerpt } from '../../errors/excerpt.js';
import { ThauError, type Place } from '../../errors/thau-error.js';
import { quickYaml, type Spots } from './quick-yaml.js';
import { wholeYaml } from './whole-yaml.js';

export type YamlMapping = Readonly<Record<string, unknown>>;

/**
 * A YAML file as plain data that remembers where each mapping, list and key stands. Lines are counted only when an
 * error needs one, so that reading thousands of files pays nothing for them.
 */
export class YamlFile {
  readonly file: string;
  readonly text: string;
  readonly value: unknown;
  readonly #spots: Map<object, Spots>;
  /** The offset of each line, once one was asked for. */
  #lines: number[] | undefined;

  /** `file` is the path that errors show. Throws a ThauError of code PROJECT_YAML_* with the place. */
  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    const { value, spots } =
      quickYaml(text) ??
      wholeYaml(file, text, {
        syntax: (offset, message, hint) => this.#fault(offset, 'PROJECT_YAML_SYNTAX', message, hint),
        alias: (offset, message, hint) => this.#fault(offset, 'PROJECT_YAML_ALIAS', message, hint),
        duplicate: (key, offset, first) => this.#duplicate(key, offset, first),
      });
    this.value = value;
    this.#spots = spots;
  }

  /** Where `container` (a mapping or list of this file) or its entry `key` stands. */
  at(container: unknown, key?: string | number): Place {
    const offset = this.#offset(container, key);
    return offset === undefined ? { file: this.file } : this.#place(offset);
  }

  /** Lets `copy`, made of `original` with templates rendered, stand where the original stands. */
  adopt(original: object, copy: object): void {
    const spots = this.#spots.get(original);
    if (spots !== undefined) this.#spots.set(copy, spots);
  }

  /** The source around a place of this file. */
  excerpt(at: Place): string | undefined {
    return at.line === undefined ? undefined : excerpt(this.text, at.line, at.column);
  }

  #offset(container: unknown, key?: string | number): number | undefined {
    const spots =
      typeof container === 'object' && container !== null ? this.#spots.get(container) : undefined;
    if (spots === undefined || key === undefined) return spots?.start;
    const index = spots.keys === undefined ? Number(key) : spots.keys.indexOf(String(key));
    return spots.offsets[index] ?? spots.start;
  }

  #place(offset: number): Required<Place> {
    const lines = (this.#lines ??= lineStarts(this.text));
    let low = 0;
    for (let high = lines.length; high - low > 1;) {
      const middle = (low + high) >> 1;
      if ((lines[middle] ?? 0) > offset) high = middle;
      else low = middle;
    }
    return { file: this.file, line: low + 1, column: offset - (lines[low] ?? 0) + 1 };
  }

  #duplicate(key: string, offset: number, first: number): ThauError {
    const at = this.#place(offset);
    const there = this.#place(first);
    return new ThauError('PROJECT_YAML_DUPLICATE_KEY', `the key "${key}" is written twice in one mapping`, {
      at,
      excerpt: excerpt(this.text, at.line, at.column),
      notes: [`first written at ${this.file}:${there.line}:${there.column}`],
      hint: 'Remove one of them, or join their contents.',
    });
  }

  #fault(
    offset: number,
    code: 'PROJECT_YAML_SYNTAX' | 'PROJECT_YAML_ALIAS',
    message: string,
    hint: string,
  ): ThauError {
    const at = this.#place(Math.min(offset, this.text.length));
    return new ThauError(code, message, { at, excerpt: excerpt(this.text, at.line, at.column), hint });
  }
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
