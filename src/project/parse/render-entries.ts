import type { Entry } from '../properties/properties.js';
import { Expect } from '../yaml/expect.js';
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
]);

/** Renders the templates among properties (`{{ env_var('SCHEMA') }}`), each entry where it stands. */
export function renderEntries(session: Session): void {
  const { patches, declarations } = session.properties;
  const tables = Object.values(patches).map((table) => table.entries());
  for (const entries of [...tables, ...Object.values(declarations)]) {
    for (const entry of entries) {
      if (!entry.yaml.text.includes('{{') && !entry.yaml.text.includes('{%')) continue;
      session.problems.attempt(() => {
        const raw = renderYaml(entry.yaml, entry.raw, session.yamlGlobals(entry.packageName), (key) =>
          later.has(key),
        );
        if (Expect.isMapping(raw)) (entry as { raw: Entry['raw'] }).raw = raw;
      });
    }
  }
}
