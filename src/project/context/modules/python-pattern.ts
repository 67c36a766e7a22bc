/** A Python regular expression in JavaScript's syntax, and the flags written inside it. */
export interface TranslatedPattern {
  readonly body: string;
  /** Letters of `(?i)(?s)` at the beginning. */
  readonly inline: string;
}

/**
 * Translates what the two languages write differently: flags at the beginning, `(?P<name>`, `(?P=name)`, `\A`,
 * `\Z`, comments, and `$`, which in Python also matches before a last line end. `verbose` drops whitespace and
 * `#` comments.
 */
export function translatePattern(source: string, multiline: boolean, verbose: boolean): TranslatedPattern {
  let inline = '';
  let at = 0;
  for (let flags = inlineFlags(source, at); flags !== null; flags = inlineFlags(source, at)) {
    inline += flags[1] ?? '';
    at += flags[0].length;
  }
  const lines = multiline || inline.includes('m');
  const loose = verbose || inline.includes('x');
  let body = '';
  let inClass = false;
  while (at < source.length) {
    const [taken, text] = translateOne(source, at, { inClass, lines, loose });
    if (!inClass && source[at] === '[') {
      inClass = true;
      // a bracket right after the opening stands for itself
      const literal = /^\[\^?\]/.exec(source.slice(at))?.[0];
      if (literal !== undefined) {
        body += literal.replace(']', '\\]');
        at += literal.length;
        continue;
      }
    } else if (inClass && source[at] === ']') inClass = false;
    body += text;
    at += taken;
  }
  return { body, inline };
}

function inlineFlags(source: string, at: number): RegExpExecArray | null {
  const flags = /\(\?([aiLmsux]+)\)/y;
  flags.lastIndex = at;
  return flags.exec(source);
}

interface Position {
  readonly inClass: boolean;
  readonly lines: boolean;
  readonly loose: boolean;
}

/** How much of the source is taken, and what it becomes. */
function translateOne(source: string, at: number, { inClass, lines, loose }: Position): [number, string] {
  const char = source[at] ?? '';
  if (char === '\\') {
    const next = source[at + 1] ?? '';
    if (!inClass && next === 'A') return [2, '(?<![^])'];
    if (!inClass && next === 'Z') return [2, '(?![^])'];
    return [2, char + next];
  }
  if (inClass) return [1, char];
  if (char === '$' && !lines) return [1, '(?=\\n?(?![^]))'];
  if (loose && /\s/.test(char)) return [1, ''];
  if (loose && char === '#') return [(/^#[^\n]*/.exec(source.slice(at))?.[0] ?? '#').length, ''];
  if (char === '(' && source[at + 1] === '?') {
    const rest = source.slice(at);
    const comment = /^\(\?#[^)]*\)/.exec(rest);
    if (comment) return [comment[0].length, ''];
    const back = /^\(\?P=(\w+)\)/.exec(rest);
    if (back) return [back[0].length, `\\k<${back[1] ?? ''}>`];
    if (rest.startsWith('(?P<')) return [4, '(?<'];
  }
  return [1, char];
}
