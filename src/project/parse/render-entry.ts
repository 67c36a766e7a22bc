import { Expect } from '../yaml/expect.js';
import type { YamlFile, YamlMapping } from '../yaml/yaml-file.js';
import { renderYaml } from './render-yaml.js';
import type { Session } from './session.js';

/** Keys that are rendered later, with other names to see, or never. */
const later = new Set([
  'description',
  'tests',
  'data_tests',
  'given',
  'expect',
  'overrides',
  'pre_hook',
  'post_hook',
  'pre-hook',
  'post-hook',
  'filter',
  'where',
  'expr',
  'relation',
  'depends_on',
  'sql_header',
  'loaded_at_query',
]);

/** An entry of a properties file with its templates (`{{ env_var('SCHEMA') }}`) rendered, each where it stands. */
export function renderEntry(
  yaml: YamlFile,
  raw: YamlMapping,
  packageName: string,
  session: Session,
): YamlMapping {
  if (!yaml.text.includes('{{') && !yaml.text.includes('{%')) return raw;
  const rendered = session.problems.attempt(() =>
    renderYaml(yaml, raw, session.yamlGlobals(packageName), (key) => later.has(key)),
  );
  return Expect.isMapping(rendered) ? rendered : raw;
}
