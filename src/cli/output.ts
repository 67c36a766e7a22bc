import { errorToJson, formatError } from '../errors/format.js';
import { ThauError } from '../errors/thau-error.js';
import { styles, type Styles } from './styles.js';

export interface OutputOptions {
  /** One JSON object per line instead of text. */
  readonly json: boolean;
  readonly quiet: boolean;
  readonly debug: boolean;
  readonly color: boolean;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Takes out of a text what nobody may read. */
  readonly clean?: (text: string) => string;
}

/**
 * Where a command speaks. `result` is what was asked for: standard output. `log` tells how it goes: standard error, so
 * that results can be piped. With `--json` both go to standard output, a JSON object a line.
 */
export class Output {
  readonly json: boolean;
  readonly debug: boolean;
  /** Colours for standard error, or plain text. */
  readonly style: Styles;

  constructor(private readonly options: OutputOptions) {
    this.json = options.json;
    this.debug = options.debug;
    this.style = styles(options.color && options.stderr.isTTY && !options.json);
  }

  /** Lines may be drawn over: a person looks, and no CI. */
  get isTerminal(): boolean {
    return this.options.stderr.isTTY && !this.json && !this.options.quiet;
  }

  get columns(): number {
    return this.options.stderr.isTTY ? this.options.stderr.columns : 80;
  }

  /** The answer: `text` for people, `value` as a line of JSON. */
  result(value: unknown, text: string): void {
    const line = this.json ? JSON.stringify(value) : text;
    this.#write('stdout', line.endsWith('\n') ? line : `${line}\n`);
  }

  /** What a macro prints: standard output as it is, with `--quiet` too. */
  print(text: string): void {
    if (this.json) this.log(text);
    else this.#write('stdout', `${text}\n`);
  }

  /** How it goes. With `--json`: `{"at", "level", "message", …fields}`. */
  log(
    message: string,
    fields: Readonly<Record<string, unknown>> = {},
    level: 'info' | 'warn' = 'info',
  ): void {
    if (this.json) {
      this.#write(
        'stdout',
        `${JSON.stringify({ at: new Date().toISOString(), level, message, ...fields })}\n`,
      );
    } else if (!this.options.quiet || level === 'warn') {
      this.#write('stderr', `${message}\n`);
    }
  }

  /** Raw text for a terminal, cursor movements included; nothing elsewhere. */
  draw(text: string): void {
    if (this.isTerminal) this.#write('stderr', text);
  }

  /** Code, message, place, excerpt, hint; the stack with `--debug` alone. */
  error(error: unknown): void {
    if (this.json) {
      const stack = this.debug ? { stack: stackOf(error) } : {};
      this.#write(
        'stdout',
        `${JSON.stringify({ at: new Date().toISOString(), level: 'error', ...errorToJson(error), ...stack })}\n`,
      );
      return;
    }
    const [first = '', ...rest] = formatError(error).split('\n');
    const code = first.split(':')[0] ?? '';
    const lines = [`${this.style.red(code)}${first.slice(code.length)}`, ...rest];
    if (!(error instanceof ThauError))
      lines.push('  hint: This is a bug of thau: run again with --debug and report the stack.');
    if (this.debug) lines.push('', stackOf(error));
    this.#write('stderr', `${lines.join('\n')}\n`);
  }

  #write(stream: 'stdout' | 'stderr', text: string): void {
    this.options[stream].write(this.options.clean?.(text) ?? text);
  }
}

function stackOf(error: unknown): string {
  const parts: string[] = [];
  for (let at = error; at instanceof Error && parts.length < 10; at = at.cause) {
    parts.push(at.stack ?? String(at));
  }
  return parts.length > 0 ? parts.join('\ncaused by ') : String(error);
}
