/** Answers whether `path` (relative, with `/`) is ignored. */
export type IgnoreRules = (path: string, isFolder: boolean) => boolean;

/** The rules of a `.dbtignore`, which reads like a `.gitignore`: the last pattern that matches decides. */
export function ignoreRules(text: string): IgnoreRules {
  const rules = text
    .split(/\r?\n/)
    .map((line) => line.replace(/(?<!\\)\s+$/, ''))
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(readRule);
  return (path, isFolder) => {
    let ignored = false;
    for (const rule of rules) {
      if (rule.foldersOnly && !isFolder) continue;
      if (rule.pattern.test(path)) ignored = !rule.negated;
    }
    return ignored;
  };
}

interface Rule {
  readonly pattern: RegExp;
  readonly negated: boolean;
  readonly foldersOnly: boolean;
}

function readRule(line: string): Rule {
  let pattern = line;
  const negated = pattern.startsWith('!');
  if (negated) pattern = pattern.slice(1);
  const foldersOnly = pattern.endsWith('/');
  if (foldersOnly) pattern = pattern.slice(0, -1);
  const anchored = pattern.includes('/');
  if (pattern.startsWith('/')) pattern = pattern.slice(1);
  return {
    pattern: new RegExp(`^${anchored ? '' : '(?:.*/)?'}${globToRegex(pattern)}$`),
    negated,
    foldersOnly,
  };
}

/** A glob as the source of a regular expression: `**` crosses folders, `*` and `?` do not. */
export function globToRegex(glob: string): string {
  let out = '';
  for (let index = 0; index < glob.length; index++) {
    const char = glob.charAt(index);
    if (glob.startsWith('**/', index)) {
      out += '(?:.*/)?';
      index += 2;
    } else if (glob.startsWith('**', index)) {
      out += '.*';
      index += 1;
    } else if (char === '*') out += '[^/]*';
    else if (char === '?') out += '[^/]';
    else if (char === '[') {
      const end = glob.indexOf(']', index + 2);
      if (end < 0) out += '\\[';
      else {
        const inner = glob
          .slice(index + 1, end)
          .replace(/\\/g, '\\\\')
          .replace(/^!/, '^');
        out += `[${inner}]`;
        index = end;
      }
    } else if (char === '\\' && index + 1 < glob.length) {
      index++;
      out += escape(glob.charAt(index));
    } else out += escape(char);
  }
  return out;
}

function escape(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}
