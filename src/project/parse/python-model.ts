/**
 * What a Python model says of itself, as a template: its `dbt.config(…)`, `dbt.ref(…)` and `dbt.source(…)`, whose
 * literals read alike in both languages. The model is part of the graph; PostgreSQL cannot run it.
 */
export function pythonTemplate(text: string): string {
  const code = text.replace(/^\s*#.*$/gm, '');
  const calls = [...code.matchAll(/\bdbt\s*\.\s*(config|ref|source)\s*(?=\()/g)].map((match) => {
    const args = argumentsAt(code, match.index + match[0].length);
    return args === undefined ? '' : `{{ ${match[1] ?? ''}${args} }}`;
  });
  return ["{{ config(materialized='table') }}", ...calls].join('\n');
}

/** The parentheses that begin at `from`, with what is between; undefined when they never end. */
function argumentsAt(code: string, from: number): string | undefined {
  let depth = 0;
  let quote = '';
  for (let at = from; at < code.length; at += 1) {
    const char = code.charAt(at);
    if (quote !== '') {
      if (char === '\\') at += 1;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if ('([{'.includes(char)) depth += 1;
    else if (')]}'.includes(char)) {
      depth -= 1;
      if (depth === 0) return code.slice(from, at + 1);
    }
  }
  return undefined;
}
