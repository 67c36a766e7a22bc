import { yamlMapping } from '../run/yaml-mapping.js';

/** `--vars` as it was typed: a YAML mapping on one line. */
export function readVars(text: string | undefined): Record<string, unknown> {
  return yamlMapping(text, '--vars');
}
