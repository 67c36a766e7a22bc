import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Expect } from '../yaml/expect.js';
import { YamlFile } from '../yaml/yaml-file.js';
import type { SelectorDefinition } from './selector-definition.js';

/** The selectors of a project's selectors.yml; none where there is no such file. */
export function readSelectors(projectDir: string): SelectorDefinition[] {
  const path = join(projectDir, 'selectors.yml');
  if (!existsSync(path)) return [];
  const yaml = new YamlFile('selectors.yml', readFileSync(path, 'utf8'));
  const expect = new Expect(yaml);
  return expect.mappings(yaml.value, 'selectors', 'selectors').map((raw) => {
    const name = expect.text(raw, 'name', 'the name of a selector');
    if (!Object.hasOwn(raw, 'definition'))
      throw expect.fault(raw, undefined, `the selector "${name}" needs a definition`);
    return {
      name,
      definition: raw['definition'],
      default: raw['default'] === true,
      at: yaml.at(raw, 'name'),
    };
  });
}
