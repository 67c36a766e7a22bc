import type { CodeDoc } from './code.js';
import { codes } from './codes.js';

/** docs/errors.md: every code with its cause and cure, in the order of the codes' names. */
export function errorsPage(): string {
  const rows = Object.entries(codes as Record<string, CodeDoc>)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { cause, cure }]) => `## ${code}\n\n${cause}\n\n**Cure.** ${cure}\n`);
  return `# Errors\n\nEvery error has a code, a message that names the object, a hint, and where it can a place. This page is written by\n\`npm run docs:errors\` from \`src/errors/codes/\`.\n\n${rows.join('\n')}`;
}
