/**
 * The lines around a place in a text, with line numbers and a caret under the column:
 *
 *     11 | select
 *   > 12 |     custmer_id,
 *        |     ^
 */
export function excerpt(source: string, line: number, column?: number, context = 1): string {
  const lines = source.split(/\r?\n/);
  const first = Math.max(1, line - context);
  const last = Math.min(lines.length, line + context);
  const width = String(last).length;
  const out: string[] = [];
  for (let n = first; n <= last; n++) {
    const text = (lines[n - 1] ?? '').slice(0, 200);
    out.push(`${n === line ? '>' : ' '} ${String(n).padStart(width)} | ${text}`);
    if (n === line && column !== undefined && column <= 200) {
      // tabs are kept, so that the caret stands under its character
      const lead = text.slice(0, column - 1).replace(/[^\t]/g, ' ');
      out.push(`  ${' '.repeat(width)} | ${lead}^`);
    }
  }
  return out.join('\n');
}
