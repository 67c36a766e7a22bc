const known = new Map<string, RegExp>();

/** Whether `text` matches a shell pattern in full: `*`, `?`, `[abc]`, `[!abc]`; `*` crosses everything. */
export function globMatches(text: string, pattern: string): boolean {
  if (!/[*?[]/.test(pattern)) return text === pattern;
  let regex = known.get(pattern);
  if (regex === undefined) {
    regex = new RegExp(`^${source(pattern)}$`, 's');
    known.set(pattern, regex);
  }
  return regex.test(text);
}

function source(pattern: string): string {
  let out = '';
  for (let index = 0; index < pattern.length; index++) {
    const char = pattern.charAt(index);
    // runs of stars are one, so that no pattern takes exponential time
    if (char === '*') out += out.endsWith('.*') ? '' : '.*';
    else if (char === '?') out += '.';
    else if (char === '[' && pattern.includes(']', index + 2)) {
      const end = pattern.indexOf(']', index + 2);
      const inner = pattern
        .slice(index + 1, end)
        .replace(/[\\\]^]/g, '\\$&')
        .replace(/^!/, '^');
      out += `[${inner}]`;
      index = end;
    } else out += char.replace(/[\\^$.*+?()[\]{}|]/, '\\$&');
  }
  return out;
}
