import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** A step of a page: what its code blocks say to write, type or ask. */
export type Step =
  | { readonly kind: 'file'; readonly path: string; readonly text: string; readonly line: number }
  | { readonly kind: 'shell'; readonly commands: readonly string[]; readonly line: number }
  | { readonly kind: 'ask'; readonly document: string; readonly answer: unknown; readonly line: number };

const root = resolve(import.meta.dirname, '../..');

/**
 * The steps of a Markdown page of the repository: a block with a path after its language is a file to write, `sh` is
 * typed, `graphql` is asked and the `json` block that follows is its whole answer.
 */
export function readPage(page: string): readonly Step[] {
  const text = readFileSync(resolve(root, page), 'utf8');
  const steps: Step[] = [];
  for (const found of text.matchAll(/^```(\w+)(?: (\S+))?\n([\s\S]*?)^```$/gm)) {
    const [, language = '', path, body = ''] = found;
    const line = text.slice(0, found.index).split('\n').length;
    if (path !== undefined) steps.push({ kind: 'file', path, text: body, line });
    else if (language === 'sh') {
      const commands = body.split('\n').map((command) => command.replace(/\s+# .*$/, '').trim());
      steps.push({ kind: 'shell', commands: commands.filter((command) => command !== ''), line });
    } else if (language === 'graphql') steps.push({ kind: 'ask', document: body, answer: undefined, line });
    else if (language === 'json') {
      const asked = steps.pop();
      if (asked?.kind !== 'ask') throw new Error(`${page}:${String(line)}: an answer without a question`);
      steps.push({ ...asked, answer: JSON.parse(body) as unknown });
    }
  }
  return steps;
}
