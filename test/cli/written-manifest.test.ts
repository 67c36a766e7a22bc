import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeManifest } from '../../src/cli/run/write-manifest.js';
import { parseProject } from '../../src/project/parse-project.js';
import { environment, inProject } from '../project/support/project-folder.js';

test('manifest.json is written again when it says another thing, is gone, or was written by somebody else', () => {
  const files = {
    'dbt_project.yml': 'name: shop\n',
    'models/a.sql': 'select 1 as id',
    'models/b.sql': "select * from {{ ref('a') }}",
    'models/docs.md': '{% docs a %}One.{% enddocs %}',
    'macros/m.sql': '{% macro m() %}1{% endmacro %}',
  };
  inProject(files, (dir) => {
    const target = join(dir, 'target');
    const file = join(target, 'manifest.json');
    const parse = (version = '1'): unknown => {
      const { manifest, fingerprint } = parseProject({
        projectDir: dir,
        environment,
        cache: { version: 'any' },
      });
      writeManifest(target, manifest, version, { projectDir: dir, fingerprint: fingerprint?.() });
      const { ino, mtimeMs, size } = statSync(file);
      return { ino, mtimeMs, size };
    };
    const changes: readonly [string, () => void, string?][] = [
      ['a model', () => writeFileSync(join(dir, 'models/a.sql'), 'select 2 as id')],
      [
        'a docs block nobody names',
        () => writeFileSync(join(dir, 'models/docs.md'), '{% docs a %}Two{% enddocs %}'),
      ],
      [
        'a macro nobody calls',
        () => writeFileSync(join(dir, 'macros/m.sql'), '{% macro m() %}2{% endmacro %}'),
      ],
      ['a model less', () => rmSync(join(dir, 'models/b.sql'))],
      ['a hook', () => writeFileSync(join(dir, 'dbt_project.yml'), 'name: shop\non-run-end: [select 1]\n')],
      [
        'selectors',
        () => writeFileSync(join(dir, 'selectors.yml'), 'selectors: [{name: s, definition: a}]\n'),
      ],
      ['another version', () => undefined, '2'],
      ['no file', () => rmSync(file)],
      ['a file of somebody else', () => writeFileSync(file, readFileSync(file, 'utf8').replace('{', '{ '))],
      ['no note', () => rmSync(join(target, 'manifest.thau'))],
    ];
    for (const [what, change, version = '1'] of changes) {
      const before = parse();
      expect(parse(), what).toEqual(before);
      change();
      expect(parse(version), what).not.toEqual(before);
    }
  });
});
