import { guardedMatch } from './guarded-match.js';
import { translatePattern } from './python-pattern.js';
import { valueFault } from '../../../jinja/fault.js';
import { bindArguments } from '../../../jinja/values/bind-arguments.js';
import type { Call, CallResult, Limits } from '../../../jinja/values/call.js';
import { Dict } from '../../../jinja/values/dict.js';
import { HostFunction } from '../../../jinja/values/host-function.js';
import { HostObject } from '../../../jinja/values/host-object.js';
import { str } from '../../../jinja/values/repr.js';
import { Tuple } from '../../../jinja/values/tuple.js';
import type { Value } from '../../../jinja/values/value.js';
import { HostRecord } from '../host-record.js';

const flagLetters = { IGNORECASE: 2, I: 2, MULTILINE: 8, M: 8, DOTALL: 16, S: 16, UNICODE: 32, U: 32 };

/** A compiled pattern. Python's syntax is turned into JavaScript's where the two differ. */
class Pattern extends HostObject {
  readonly typeName = 're.Pattern';
  readonly #regex: RegExp;
  /** Matches only up to the end of the text. */
  readonly #whole: RegExp;

  constructor(
    readonly source: string,
    flags: number,
  ) {
    super();
    const { body, inline } = translatePattern(source, (flags & 8) !== 0, (flags & 64) !== 0);
    const has = (bit: number, letter: string): boolean => (flags & bit) !== 0 || inline.includes(letter);
    const letters = `dgu${has(2, 'i') ? 'i' : ''}${has(8, 'm') ? 'm' : ''}${has(16, 's') ? 's' : ''}`;
    try {
      this.#regex = compile(body, letters);
      this.#whole = compile(`(?:${body})(?![^])`, letters);
    } catch (error) {
      throw valueFault(
        `'${source}' is not a regular expression: ${error instanceof Error ? error.message : ''}`,
      );
    }
  }

  /** `how`: anywhere, at the start, or the whole text. */
  find(text: string, how: 'search' | 'match' | 'fullmatch', limits: Limits): Value {
    const regex = how === 'fullmatch' ? this.#whole : this.#regex;
    const match = guardedMatch(this.source, limits, () => {
      regex.lastIndex = 0;
      return regex.exec(text);
    });
    if (match === null || (how !== 'search' && match.index !== 0)) return null;
    return new Match(match);
  }

  all(text: string, limits: Limits): RegExpExecArray[] {
    return guardedMatch(this.source, limits, () => [...text.matchAll(this.#regex)]);
  }

  override getAttribute(name: string): Value | undefined {
    if (name === 'pattern') return this.source;
    const run = Object.hasOwn(operations, name) ? operations[name] : undefined;
    return run && new HostFunction(name, (call) => run(this, call));
  }

  override repr(): string {
    return `re.compile('${this.source}')`;
  }
}

/** With the `u` flag where the pattern allows it: it refuses harmless escapes that Python knows. */
function compile(body: string, letters: string): RegExp {
  try {
    return new RegExp(body, letters);
  } catch {
    return new RegExp(body, letters.replace('u', ''));
  }
}

class Match extends HostObject {
  readonly typeName = 're.Match';

  constructor(readonly match: RegExpMatchArray) {
    super();
  }

  group(key: Value): Value {
    const { groups } = this.match;
    if (typeof key === 'string') return groups?.[key] ?? null;
    return this.match[Number(key)] ?? null;
  }

  override getItem(key: Value): Value {
    return this.group(key);
  }

  override getAttribute(name: string): Value | undefined {
    const { match } = this;
    const method = (run: (call: Call) => Value): HostFunction => new HostFunction(name, run);
    const place = ({ args }: Call, end: 0 | 1): Value => match.indices?.[Number(args[0] ?? 0)]?.[end] ?? -1;
    switch (name) {
      case 'group':
        return method(({ args }) =>
          args.length > 1 ? new Tuple(args.map((key) => this.group(key))) : this.group(args[0] ?? 0),
        );
      case 'groups':
        return method(
          ({ args }) =>
            new Tuple(match.slice(1).map((group) => (group as string | undefined) ?? args[0] ?? null)),
        );
      case 'groupdict':
        return method(() => Dict.fromRecord(match.groups ?? {}));
      case 'start':
        return method((call) => place(call, 0));
      case 'end':
        return method((call) => place(call, 1));
      case 'span':
        return method((call) => new Tuple([place(call, 0), place(call, 1)]));
      case 'string':
        return match.input ?? '';
    }
    return undefined;
  }
}

type Operation = (pattern: Pattern, call: Pick<Call, 'args' | 'kwargs' | 'context'>) => CallResult;

const operations: Readonly<Record<string, Operation>> = {
  search: (pattern, { args, context }) => pattern.find(str(args[0] ?? ''), 'search', context.limits),
  match: (pattern, { args, context }) => pattern.find(str(args[0] ?? ''), 'match', context.limits),
  fullmatch: (pattern, { args, context }) => pattern.find(str(args[0] ?? ''), 'fullmatch', context.limits),
  findall: (pattern, { args, context }) =>
    pattern.all(str(args[0] ?? ''), context.limits).map((match) => {
      const groups = match.slice(1).map((group) => (group as string | undefined) ?? '');
      return groups.length > 1 ? new Tuple(groups) : (groups[0] ?? match[0]);
    }),
  finditer: (pattern, { args, context }) =>
    pattern.all(str(args[0] ?? ''), context.limits).map((match) => new Match(match)),
  split: (pattern, call) => {
    const [text = '', most = 0] = bindArguments('split', call, ['string', 'maxsplit'], 1);
    return split(pattern, str(text), Number(most), call.context.limits);
  },
  sub: substitute,
};

function split(pattern: Pattern, text: string, most: number, limits: Limits): Value[] {
  const parts: Value[] = [];
  let from = 0;
  for (const match of pattern.all(text, limits)) {
    if (most > 0 && parts.length >= most) break;
    parts.push(
      text.slice(from, match.index),
      ...match.slice(1).map((group) => (group as string | undefined) ?? null),
    );
    from = match.index + match[0].length;
  }
  parts.push(text.slice(from));
  return parts;
}

function* substitute(
  pattern: Pattern,
  call: Pick<Call, 'args' | 'kwargs' | 'context'>,
): ReturnType<Call['context']['invoke']> {
  const [replacement = '', text = '', count = 0] = bindArguments('sub', call, ['repl', 'string', 'count'], 2);
  const source = str(text);
  let out = '';
  let from = 0;
  for (const [index, match] of pattern.all(source, call.context.limits).entries()) {
    if (Number(count) > 0 && index >= Number(count)) break;
    const by =
      typeof replacement === 'string'
        ? expand(replacement, match)
        : str(yield* call.context.invoke(replacement, [new Match(match)]));
    out += source.slice(from, match.index) + by;
    from = match.index + match[0].length;
  }
  return out + source.slice(from);
}

/** `\1`, `\g<1>` and `\g<name>` in a replacement. */
function expand(replacement: string, match: RegExpExecArray): string {
  return replacement.replace(/\\(?:(\d+)|g<(\w+)>|n|t|\\)/g, (whole, number?: string, name?: string) => {
    if (number !== undefined) return match[Number(number)] ?? '';
    if (name !== undefined) return (/^\d+$/.test(name) ? match[Number(name)] : match.groups?.[name]) ?? '';
    return whole === '\\n' ? '\n' : whole === '\\t' ? '\t' : '\\';
  });
}

function patternOf(value: Value | undefined, flags: Value | undefined): Pattern {
  return value instanceof Pattern ? value : new Pattern(str(value ?? ''), Number(flags ?? 0));
}

/** Where the flags stand among the arguments after the pattern. */
const flagsAt: Readonly<Record<string, number>> = {
  search: 1,
  match: 1,
  fullmatch: 1,
  findall: 1,
  finditer: 1,
  split: 2,
  sub: 3,
};

/** Python's re. */
export const regularExpressionModule = new HostRecord('re', {
  ...flagLetters,
  compile: new HostFunction('compile', ({ args, kwargs }) =>
    patternOf(args[0], args[1] ?? kwargs.get('flags')),
  ),
  escape: new HostFunction('escape', ({ args }) => str(args[0] ?? '').replace(/[^\w]/g, '\\$&')),
  ...Object.fromEntries(
    Object.entries(operations).map(([name, run]) => [
      name,
      new HostFunction(name, (call) => {
        const kwargs = new Map(call.kwargs);
        const [pattern, ...rest] = call.args;
        const at = flagsAt[name] ?? 1;
        const flags = rest[at] ?? kwargs.get('flags');
        kwargs.delete('flags');
        return run(patternOf(pattern, flags), { args: rest.slice(0, at), kwargs, context: call.context });
      }),
    ]),
  ),
});
