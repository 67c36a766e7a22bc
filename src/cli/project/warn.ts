import { errorToJson, formatError } from '../../errors/format.js';
import type { ThauError } from '../../errors/thau-error.js';
import type { Output } from '../output.js';

/** Tells a fault that stops nothing. */
export function warn(output: Output, warning: ThauError): void {
  const { message, ...fields } = errorToJson(warning);
  const text = output.json ? String(message) : `${output.style.yellow('warning')} ${formatError(warning)}`;
  output.log(text, fields, 'warn');
}
