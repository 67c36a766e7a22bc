import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ThauError } from '../../src/errors/thau-error.js';
import { parseTemplate } from '../../src/jinja/parse/parse-template.js';
import { renderAsync, renderSync, type RenderOptions } from '../../src/jinja/render.js';
import type { Value } from '../../src/jinja/values/value.js';

const none = new Map<string, Value>();

function render(source: string, options: RenderOptions = {}): string {
  return renderSync(parseTemplate(source, { file: 'hostile.sql' }), none, options);
}

function fault(run: () => unknown): ThauError {
  try {
    run();
  } catch (error) {
    if (error instanceof ThauError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

/** Small limits, so that what goes on for ever is told early. */
const tight: RenderOptions = { limits: { steps: 20_000, output: 200_000, size: 100_000, depth: 200 } };

/** Another one by `npm run fuzz`; the suite tries the same each time. */
const seed = process.env['THAU_FUZZ_TEMPLATES'] === undefined ? 20261122 : Date.now();

describe('random input', () => {
  const fragment = fc.constantFrom(
    ...[
      '{{',
      '}}',
      '{%',
      '%}',
      '{#',
      '#}',
      '-%}',
      '{%-',
      '{%- ',
      ' raw ',
      'endraw',
      ' if ',
      'endif',
      ' for x in ',
      'endfor',
    ],
    ...[
      ' set ',
      'endset',
      ' macro f(',
      ')',
      '(',
      '[',
      ']',
      '{',
      '}',
      '|',
      '.',
      ',',
      ':',
      '=',
      '==',
      '~',
      '**',
      '//',
      '"',
      "'",
    ],
    ...[
      '\\',
      '\n',
      ' ',
      'a',
      '1',
      '1.5',
      'is ',
      'not ',
      'in ',
      'else',
      'elif',
      'endmacro',
      ' call ',
      'endcall',
      ' filter upper',
      'endfilter',
    ],
    ...[
      'range(9)',
      'loop',
      '*',
      '-',
      '+',
      '<',
      '%',
      '\u0000',
      'é',
      '😀',
      '\ud800',
      '#',
      '?',
      'None',
      'x',
      'f()',
      'recursive ',
      'break',
    ],
  );
  const source = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes).toString('utf8')),
    fc.array(fragment, { maxLength: 40 }).map((parts) => parts.join('')),
    fc.array(fragment, { maxLength: 12 }).map((parts) => `{{ ${parts.join(' ')} }}`),
  );

  test('never crashes or hangs the parser or the evaluator: a text, or a ThauError with a place', () => {
    fc.assert(
      fc.property(source, (text) => {
        try {
          expect(typeof render(text, tight)).toBe('string');
        } catch (error) {
          expect(error).toBeInstanceOf(ThauError);
          expect((error as ThauError).code).toMatch(/^JINJA_(SYNTAX|UNDEFINED|TYPE|VALUE|LIMIT)$/);
          expect((error as ThauError).at?.line).toBeGreaterThan(0);
        }
      }),
      { numRuns: Number(process.env['THAU_FUZZ_TEMPLATES'] ?? 5000), seed },
    );
  });

  test('renders the same synchronously and awaiting', async () => {
    const outcome = (error: unknown): string =>
      error instanceof ThauError ? error.code : `crash ${String(error)}`;
    await fc.assert(
      fc.asyncProperty(source, async (text) => {
        let sync: string;
        try {
          sync = render(text, tight);
        } catch (error) {
          sync = outcome(error);
        }
        const parse = (): ReturnType<typeof parseTemplate> => parseTemplate(text, { file: 'hostile.sql' });
        const async = await Promise.resolve()
          .then(() => renderAsync(parse(), none, tight))
          .catch(outcome);
        expect(async).toBe(sync);
      }),
      { numRuns: Number(process.env['THAU_FUZZ_TEMPLATES'] ?? 1000), seed },
    );
  });

  test('text without tags is rendered as it is, but for its last newline', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }).filter((text) => !/\{[{%#]|\r/.test(text)),
        (text) => render(text) === text.replace(/\n$/, ''),
      ),
    );
  });
});

describe('depth', () => {
  test('a recursion of 500 macros does not overflow', () => {
    const source = '{% macro f(n) %}{% if n %}{{ f(n - 1) }}.{% endif %}{% endmacro %}{{ f(500) }}';
    expect(render(source)).toBe('.'.repeat(500));
  });

  test('a macro that calls itself for ever is stopped', () => {
    const error = fault(() => render('{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}'));
    expect(error.code).toBe('JINJA_LIMIT');
    expect(error.hint).toContain('depth');
    expect(error.notes[0]).toBe('in macro f (hostile.sql:1)');
  });

  test('recursion through caller, loops and filters is stopped too', () => {
    const sources = [
      '{% macro f() %}{% call f() %}{{ caller() }}{% endcall %}{{ caller }}{% endmacro %}{% call f() %}{% endcall %}',
      '{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}',
      '{% macro f(x) %}{{ f([x]) }}{% endmacro %}{{ f(1) }}',
    ];
    for (const source of sources) expect(fault(() => render(source, tight)).code).toBe('JINJA_LIMIT');
  });

  test.each([
    ['brackets', `{{ ${'['.repeat(100_000)} }}`],
    ['parentheses', `{{ ${'('.repeat(5_000)}1${')'.repeat(5_000)} }}`],
    ['signs', `{{ ${'-'.repeat(100_000)}1 }}`],
    ['nots', `{{ ${'not '.repeat(50_000)}1 }}`],
    ['sums', `{{ 1${' + 1'.repeat(100_000)} }}`],
    ['attributes', `{{ a${'.b'.repeat(100_000)} }}`],
    ['filters', `{{ 1${'|abs'.repeat(100_000)} }}`],
    ['conditions', `{{ 1${' if 1 else 1'.repeat(50_000)} }}`],
    ['blocks', '{% if 1 %}'.repeat(50_000)],
    ['dicts', `{{ ${'{1:'.repeat(50_000)} }}`],
    ['targets', `{% set ${'('.repeat(50_000)}a = 1 %}`],
    ['types', `{% macro f(a: ${'list['.repeat(50_000)} %}`],
  ])('%s nested without end are a syntax error', (_, source) => {
    expect(fault(() => parseTemplate(source, { file: 'deep.sql' })).code).toBe('JINJA_SYNTAX');
  });

  test('a list that holds itself prints and compares without end', () => {
    expect(render('{% set l = [1] %}{% do l.append(l) %}{{ l }}')).toBe('[1, [...]]');
    const compared = '{% set a = [] %}{% do a.append(a) %}{% set b = [] %}{% do b.append(b) %}{{ a == b }}';
    expect(fault(() => render(compared)).code).toBe('JINJA_LIMIT');
    expect(fault(() => render('{% set l = [] %}{% do l.append(l) %}{{ l | tojson }}')).code).toBe(
      'JINJA_VALUE',
    );
  });
});

describe('templates that never end', () => {
  test.each([
    ['a huge range', '{% for i in range(10 ** 12) %}{% endfor %}', 'size'],
    [
      'loops in loops',
      '{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}',
      'steps',
    ],
    [
      'a list that grows while it is walked',
      '{% set l = [1] %}{% for i in l %}{% do l.append(i) %}{% endfor %}',
      'steps',
    ],
    ['a long text', '{% for i in range(999) %}{{ "x" * 999 }}{% endfor %}', 'output'],
    ['a repeated string', '{{ "ab" * 10 ** 9 }}', 'size'],
    ['a repeated list', '{{ [1, 2] * 10 ** 9 }}', 'size'],
    ['a power', '{{ 9 ** 99999 }}', 'digits'],
    ['a power of powers', '{{ 10 ** 3000 * 10 ** 3000 }}', 'digits'],
    ['a width', "{{ '%1000000000d' % 1 }}", 'size'],
    ['a width of format', "{{ '{:>1000000000}'.format(1) }}", 'size'],
    ['a precision', "{{ '%.1000000000f' % 1 }}", 'size'],
    ['a justified text', "{{ 'a'.ljust(10 ** 9) }}", 'size'],
    ['a filled number', "{{ '1'.zfill(10 ** 9) }}", 'size'],
    ['a centred text', "{{ 'a' | center(10 ** 9) }}", 'size'],
    ['an indentation', "{{ 'a' | indent(10 ** 9, true) }}", 'size'],
    ['a replacement', "{{ ('a' * 9999) | replace('a', 'b' * 9999) }}", 'size'],
    ['a filled batch', "{{ [1] | batch(10 ** 9, 'x') | list }}", 'size'],
    ['many slices', '{{ [1] | slice(10 ** 9) | list }}', 'size'],
    [
      'doubling',
      '{% set ns = namespace(s="x") %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}',
      'size',
    ],
    [
      'doubling by joining',
      '{% set ns = namespace(s="x") %}{% for i in range(99) %}{% set ns.s = [ns.s, ns.s] | join %}{% endfor %}',
      'size',
    ],
    [
      'doubling by adding',
      '{% set ns = namespace(s="x") %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}',
      'size',
    ],
    [
      'doubling a list',
      '{% set ns = namespace(s=[1]) %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}',
      'size',
    ],
    [
      'a list of lists of lists',
      '{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l }}',
      'size',
    ],
    [
      'its JSON',
      '{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l | tojson }}',
      'size',
    ],
    [
      'its comparison',
      '{% set a = namespace(l=[1]) %}{% set b = namespace(l=[1]) %}{% for i in range(60) %}{% set a.l = [a.l, a.l] %}{% set b.l = [b.l, b.l] %}{% endfor %}{{ a.l == b.l }}',
      'size',
    ],
    ['tabs', "{{ '\t'.expandtabs(10 ** 9) }}", 'size'],
  ])('%s is stopped by a limit', (_, source, limit) => {
    const error = fault(() => render(source, tight));
    expect(error.code).toBe('JINJA_LIMIT');
    expect(error.hint).toContain(limit);
  });
});

describe('the host', () => {
  test.each([
    'constructor',
    'prototype',
    '__proto__',
    'toString',
    'hasOwnProperty',
    '__defineGetter__',
    'valueOf',
  ])('nothing of JavaScript shows through the attribute %s', (name) => {
    const values = [
      '""',
      '[]',
      '{}',
      '()',
      '1',
      '1.5',
      'true',
      'none',
      'range(2)',
      'range',
      'namespace()',
      'cycler(1)',
      '"".upper',
    ];
    for (const value of values) {
      expect(render(`{{ (${value}).${name} is defined }}{{ (${value})['${name}'] is defined }}`)).toBe(
        'FalseFalse',
      );
      expect(render(`{{ (${value}) | attr('${name}') is defined }}`)).toBe('False');
    }
  });

  test('keys such as __proto__ are keys and nothing else', () => {
    expect(
      render("{% set d = {'__proto__': 1, 'constructor': 2} %}{{ d.__proto__ }}{{ d.constructor }}{{ d }}"),
    ).toBe("12{'__proto__': 1, 'constructor': 2}");
    expect(render("{{ '{0.constructor}'.format({'constructor': 1}) }}")).toBe('1');
  });
});
