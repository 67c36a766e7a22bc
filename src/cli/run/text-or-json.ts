import { ThauError } from '../../errors/thau-error.js';

/** `--output text` or `json`: whether it is JSON. */
export function textOrJson(how: string): boolean {
  if (how === 'text' || how === 'json') return how === 'json';
  throw new ThauError('CLI_USAGE', `"${how}" is no --output of this command.`, {
    hint: 'It is text or json.',
  });
}
