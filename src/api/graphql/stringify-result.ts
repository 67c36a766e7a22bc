import type { FormattedExecutionResult } from 'graphql';
import { RawJson } from './raw-json.js';

/** An answer as text, ended by a newline as Apollo's own is; a RawJson goes out unparsed. */
export function stringifyResult(result: FormattedExecutionResult): string {
  const data: unknown = result.data;
  if (!(data instanceof RawJson)) return JSON.stringify(result) + '\n';
  let text = '{';
  if (result.errors !== undefined) text += `"errors":${JSON.stringify(result.errors)},`;
  text += `"data":${data.text}`;
  if (result.extensions !== undefined) text += `,"extensions":${JSON.stringify(result.extensions)}`;
  return text + '}\n';
}
