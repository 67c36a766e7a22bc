import { describe, expect, test } from 'vitest';
import { ThauError } from '../../src/errors/thau-error.js';
import { parseTemplate, templateOfBlock } from '../../src/jinja/parse/parse-template.js';
import { renderSync } from '../../src/jinja/render.js';

function fault(source: string): ThauError {
  try {
    parseTemplate(source, { file: 'macros/m.sql' });
  } catch (error) {
    if (error instanceof ThauError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('the blocks of a file', () => {
  const source = `
{% macro cents(column, scale: int = 2, names: list[str] = []) -%}
  {{ column }}
{%- endmacro %}
{% test positive(model, column_name) %}select 1{% endtest %}
{%- data_test other(model) -%}select 2{%- enddata_test -%}
{% materialization table, default %}{{ return({}) }}{% endmaterialization %}
{% materialization view, adapter='postgres', supported_languages=['sql'] %}x{% endmaterialization %}
{% snapshot orders %}select {{ 1 + 1 }}{% endsnapshot %}
{% docs about %}
# About {% raw %}{{ braces }}{% endraw %}
{% enddocs %}
`;
  const template = parseTemplate(source, { file: 'macros/m.sql' });

  test('have kind, name, adapter and parameters', () => {
    expect(template.blocks.map(({ kind, name, adapter }) => [kind, name, adapter])).toEqual([
      ['macro', 'cents', null],
      ['test', 'positive', null],
      ['data_test', 'other', null],
      ['materialization', 'table', 'default'],
      ['materialization', 'view', 'postgres'],
      ['snapshot', 'orders', null],
      ['docs', 'about', null],
    ]);
    expect(
      template.blocks[0]?.parameters.map(({ name, type, default: value }) => [name, type, value !== null]),
    ).toEqual([
      ['column', null, false],
      ['scale', 'int', true],
      ['names', 'list[str]', true],
    ]);
  });

  test('have their text, with and without the tags', () => {
    const texts = template.blocks.map((block) => template.source.slice(block.start, block.end));
    expect(texts[1]).toBe('{% test positive(model, column_name) %}select 1{% endtest %}');
    expect(texts[2]).toBe('{%- data_test other(model) -%}select 2{%- enddata_test -%}');
    const snapshot = template.blocks[5]!;
    expect(template.source.slice(snapshot.bodyStart, snapshot.bodyEnd)).toBe('select {{ 1 + 1 }}');
  });

  test('render nothing where they stand, and their content by itself', () => {
    expect(renderSync(template, new Map()).trim()).toBe('');
    expect(renderSync(templateOfBlock(template, template.blocks[5]!), new Map())).toBe('select 2');
    expect(renderSync(templateOfBlock(template, template.blocks[6]!), new Map()).trim()).toBe(
      '# About {{ braces }}',
    );
  });

  test('know whether they take surplus arguments', () => {
    const uses = (body: string): unknown =>
      parseTemplate(`{% macro m() %}${body}{% endmacro %}`, { file: 'm' }).blocks[0]?.uses;
    expect(uses('{{ caller() }}')).toEqual({ caller: true, varargs: false, kwargs: false });
    expect(uses('{{ f(*varargs, **kwargs) }}')).toEqual({ caller: false, varargs: true, kwargs: true });
    expect(uses('{{ f(kwargs=1).varargs }}')).toEqual({ caller: false, varargs: false, kwargs: false });
  });
});

describe('syntax errors', () => {
  test.each([
    ['{{ 1 + }}', 1, 8, 'unexpected the end of the print statement'],
    ['a\n{% if x %}\nb', 3, 2, 'the template ends before {% elif %} or {% else %} or {% endif %}'],
    ['{{ a b }}', 1, 6, "expected '}}', got 'b'"],
    ['{{ "a }}', 1, 4, 'a string is not closed'],
    ['{% for x of y %}', 1, 10, "expected 'in', got 'of'"],
    ['{{ a ? b }}', 1, 6, 'unexpected character "?"'],
    ['{{ (a] }}', 1, 6, "unexpected ']', expected ')'"],
    ['x {# y', 1, 3, 'a comment is not closed: expected `#}`'],
    ['x {{ y', 1, 3, 'the template ends inside a tag: expected `}}`'],
    ['{% endif %}', 1, 4, "unknown tag 'endif'"],
    ['{% set true = 1 %}', 1, 8, "cannot assign to 'true'"],
    ['{% macro m(a, a) %}', 1, 15, "the parameter 'a' is declared twice"],
    ['{% macro m(a=1, b) %}', 1, 17, "the parameter 'b' needs a default, since the one before it has one"],
    ['{% break %}', 1, 4, "'break' stands outside of a loop"],
    ['{% call 5 %}{% endcall %}', 1, 9, 'expected a call after {% call'],
    ['{% materialization m, bogus=1 %}', 1, 23, "the materialization 'm' has no argument 'bogus'"],
    ['{% include "x" %}', 1, 4, "the tag 'include' is not supported: templates are not loaded from here"],
    ["{{ '\\U99999999' }}", 1, 4, 'the escape \\U99999999 is no character'],
  ])('%j: line %i, column %i', (source, line, column, message) => {
    const error = fault(source);
    expect([error.code, error.message, error.at]).toEqual([
      'JINJA_SYNTAX',
      message,
      { file: 'macros/m.sql', line, column },
    ]);
    expect(error.excerpt).toContain('^');
  });

  test('count lines the same however they end', () => {
    for (const end of ['\n', '\r\n', '\r']) expect(fault(`a${end}b${end}{{ + }}`).at?.line).toBe(3);
  });
});

test('a megabyte of text is tokenised and rendered in one piece', () => {
  const text = 'select { 1 } -- {\n'.repeat(60_000);
  expect(renderSync(parseTemplate(`${text}x`, { file: 'big' }), new Map())).toBe(`${text}x`);
});

test('a template of many tags parses in time linear to its length', () => {
  const source = '{% if a %}{{ b.c | default("x") }}{% endif %}\n'.repeat(20_000);
  expect(renderSync(parseTemplate(source, { file: 'big' }), new Map())).toBe('\n'.repeat(19_999));
});
