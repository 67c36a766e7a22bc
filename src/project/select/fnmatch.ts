const compiled = new Map<string, RegExp>();

/** Python's `fnmatchcase`: `*` any run, `?` one character, `[seq]` and `[!seq]` classes; the whole text must match. */
export function fnmatch(text: string, pattern: string): boolean {
  let regex = compiled.get(pattern);
  if (regex === undefined) {
    regex = new RegExp(`^(?:${translate(pattern)})$`, 'su');
    if (compiled.size > 1000) compiled.clear();
    compiled.set(pattern, regex);
  }
  return regex.test(text);
}

/** True where `pattern` holds a wildcard. */
export function hasWildcard(pattern: string): boolean {
  return /[*?[\]]/.test(pattern);
}

function translate(pattern: string): string {
  let out = '';
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] ?? '';
    if (char === '*') {
      // a run of stars is one star: `**…**x` must not backtrack
      while (pattern[i + 1] === '*') i++;
      out += '.*';
    } else if (char === '?') out += '.';
    else if (char === '[') {
      const negated = pattern[i + 1] === '!';
      const start = negated ? i + 2 : i + 1;
      // a bracket right after the opening is a member, as in Python
      const end = pattern.indexOf(']', start + 1);
      if (end < 0) {
        out += '\\[';
        continue;
      }
      out += characterClass(Array.from(pattern.slice(start, end)), negated);
      i = end;
    } else out += char.replace(/[\\^$.|+(){}/\]-]/g, (found) => (found === '-' ? '-' : `\\${found}`));
  }
  return out;
}

/** As Python reads it: a range that runs backwards holds nothing. */
function characterClass(members: readonly string[], negated: boolean): string {
  const escaped = (char: string): string => char.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
  let inside = '';
  for (let i = 0; i < members.length; i++) {
    const from = members[i] ?? '';
    const to = members[i + 1] === '-' ? members[i + 2] : undefined;
    if (to === undefined) inside += escaped(from);
    else {
      if ((from.codePointAt(0) ?? 0) <= (to.codePointAt(0) ?? 0)) inside += `${escaped(from)}-${escaped(to)}`;
      i += 2;
    }
  }
  if (inside === '') return negated ? '.' : '(?!)';
  return `[${negated ? '^' : ''}${inside}]`;
}
