import { ThauError } from '../../errors/thau-error.js';
import { YamlFile } from '../../project/yaml/yaml-file.js';

/** The value of an option such as `--vars '{as_of: 2026-01-31}'`, which means what it would in a project's file. */
export function yamlMapping(text: string | undefined, option: string): Record<string, unknown> {
  if (text === undefined || text.trim() === '') return {};
  let value: unknown;
  try {
    value = new YamlFile(option, text).value;
  } catch (error) {
    throw badMapping(text, option, error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw badMapping(text, option);
  return value as Record<string, unknown>;
}

function badMapping(text: string, option: string, cause?: unknown): ThauError {
  return new ThauError('CLI_USAGE', `For ${option}, ${JSON.stringify(text)} is no YAML mapping.`, {
    hint: `Write it as ${option} '{name: value}'.`,
    ...(cause !== undefined && { cause }),
  });
}
