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
      const members = pattern.slice(start, end).replace(/[\\\]^[&~|]/g, '\\$&');
      out += `[${negated ? '^' : ''}${members}]`;
      i = end;
    } else out += char.replace(/[\\^$.|+(){}/\]-]/g, (found) => (found === '-' ? '-' : `\\${found}`));
  }
  return out;
}
