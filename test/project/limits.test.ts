import { describe, expect, test } from 'vitest';
import type { Limits } from '../../src/jinja/values/call.js';
import { faultsOf, parseFiles } from './support/project-folder.js';

const nested = (depth: number): string =>
  `{% macro down(n) %}{% if n > 0 %}{{ down(n - 1) }}{% endif %}{% endmacro %}{{ down(${depth}) }}`;

describe('a template that would never end', () => {
  test.each<[string, string, Partial<Limits>]>([
    ['a huge range', '{% for i in range(10 ** 9) %}{% endfor %}', {}],
    ['a macro that calls itself', '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}', {}],
    ['many steps', '{% for i in range(5000) %}{% endfor %}', { steps: 1000 }],
    ['deep macros', nested(50), { depth: 20 }],
    ['much output', '{% for i in range(100) %}{{ i }}{% endfor %}', { output: 50 }],
    ['a repeated text', "{{ 'a' * 1000 }}", { size: 999 }],
    ['a range', '{{ range(1000) | length }}', { size: 999 }],
    ['a regular expression', "{{ modules.re.match('(a|aa)+$', 'a' * 60 ~ '!') }}", { search: 20 }],
    ['a power', '{{ 10 ** 50 }}', { digits: 40 }],
  ])('is stopped by a limit one can set: %s', (_, template, limits) => {
    const [fault] = faultsOf({ 'models/a.sql': `select 1 ${template}` }, { limits });
    expect(fault).toMatchObject({ code: 'JINJA_LIMIT', at: { file: 'models/a.sql' } });
  });

  test('is let go on where the limit was raised', () => {
    const files = { 'models/a.sql': `${nested(1500)}{{ 10 ** 5000 }}select 1` };
    expect(faultsOf(files)[0]?.code).toBe('JINJA_LIMIT');
    const { manifest } = parseFiles(files, { limits: { depth: 2000, digits: 6000 } });
    expect(Object.keys(manifest.nodes)).toEqual(['model.shop.a']);
  });

  test('a recursion of 500 macros is none', () => {
    expect(() => parseFiles({ 'models/a.sql': `${nested(500)}select 1` })).not.toThrow();
  });
});
