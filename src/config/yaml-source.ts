import { readFileSync } from 'node:fs';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import type { Code } from '../errors/codes.js';
import { excerpt } from '../errors/excerpt.js';
import { ThauError, type Place } from '../errors/thau-error.js';

/** Renders Jinja in a value (`{{ env_var('X') }}`); given from outside, since config knows no Jinja. */
export type RenderText = (text: string, at: Place) => string;

/** A value of a YAML file that knows where it stands. */
export interface Located {
  readonly source: YamlSource;
  readonly node: Node | null;
  /** What it belongs to, `api.limits.depth`, for messages. */
  readonly path: string;
}

/** A YAML file of the configuration, parsed; faults name its lines. */
export class YamlSource {
  private constructor(
    private readonly file: string,
    private readonly text: string,
    private readonly lines: LineCounter,
    private readonly document: Document,
    private readonly render: RenderText,
  ) {}

  /** undefined where there is no such file. `shown` is the path that messages print. */
  static read(path: string, shown: string, render: RenderText): YamlSource | undefined {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw new ThauError('CONFIG_UNREADABLE', `The file ${shown} cannot be read (${code ?? 'unknown'}).`, {
        at: { file: shown },
        hint: code === 'EISDIR' ? 'It is a folder; thau expects a file.' : 'Correct the rights of the file.',
        cause: error,
      });
    }
    return YamlSource.parse(text, shown, render);
  }

  static parse(text: string, shown: string, render: RenderText): YamlSource {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
    const source = new YamlSource(shown, text, lines, document, render);
    const [error] = document.errors;
    if (error) {
      const [message = ''] = error.message.split(/ at line \d+/);
      throw source.fault('CONFIG_YAML', `${shown} is not valid YAML: ${message}.`, error.pos[0], {
        hint: 'Check the indentation, the colons and the quotes of this line and the one before.',
      });
    }
    return source;
  }

  root(): Located {
    return { source: this, node: this.document.contents, path: '' };
  }

  /** The entries of a mapping; an empty file or value has none. */
  entries(at: Located): { key: string; keyAt: Located; value: Located }[] {
    const node = this.resolve(at.node);
    if (node === null || (isScalar(node) && node.value === null)) return [];
    if (!isMap(node)) throw this.wrong(at, 'a mapping (`key: value` lines)');
    return node.items.map((pair) => {
      const key = isScalar(pair.key) ? String(pair.key.value) : '';
      const path = at.path === '' ? key : `${at.path}.${key}`;
      return {
        key,
        keyAt: { source: this, node: pair.key as Node, path },
        value: { source: this, node: pair.value as Node | null, path },
      };
    });
  }

  /** The items of a list; a single value is a list of one. */
  items(at: Located): Located[] {
    const node = this.resolve(at.node);
    if (!isSeq(node)) return [at];
    return node.items.map((item, index) => ({
      source: this,
      node: item as Node,
      path: `${at.path}[${index}]`,
    }));
  }

  /** A scalar, rendered; undefined where it is null or absent. */
  scalar(at: Located): string | number | boolean | undefined {
    const node = this.resolve(at.node);
    if (node === null || (isScalar(node) && node.value === null)) return undefined;
    if (!isScalar(node)) throw this.wrong(at, 'one value');
    const { value } = node;
    if (typeof value === 'string') {
      return value.includes('{{') || value.includes('{%') ? this.render(value, this.place(at)) : value;
    }
    if (typeof value === 'number' || typeof value === 'boolean') return value;
    return String(value);
  }

  /** CONFIG_VALUE: the setting should be `expected`. */
  wrong(at: Located, expected: string): ThauError {
    const node = this.resolve(at.node);
    const shown =
      isScalar(node) && !/pass|secret|key|url/i.test(at.path) ? `, not ${JSON.stringify(node.value)}` : '';
    return this.faultAt('CONFIG_VALUE', `The setting "${at.path}" should be ${expected}${shown}.`, at, {
      hint: 'docs/configuration.md lists each setting with its kind and default.',
    });
  }

  faultAt(code: Code, message: string, at: Located, options: { hint?: string } = {}): ThauError {
    return this.fault(code, message, at.node?.range?.[0], options);
  }

  place(at: Located): Place {
    const offset = at.node?.range?.[0];
    if (offset === undefined) return { file: this.file };
    const { line, col } = this.lines.linePos(offset);
    return { file: this.file, line, column: col };
  }

  private fault(
    code: Code,
    message: string,
    offset: number | undefined,
    options: { hint?: string },
  ): ThauError {
    if (offset === undefined) return new ThauError(code, message, { ...options, at: { file: this.file } });
    const { line, col } = this.lines.linePos(offset);
    return new ThauError(code, message, {
      ...options,
      at: { file: this.file, line, column: col },
      excerpt: excerpt(this.text, line, col),
    });
  }

  private resolve(node: Node | null): Node | null {
    return isAlias(node) ? (node.resolve(this.document) ?? null) : node;
  }
}
