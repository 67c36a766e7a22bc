import { describe, expect, test } from 'vitest';
import { ThauError } from '../../src/errors/thau-error.js';
import { ReturnSignal } from '../../src/jinja/evaluate/return-signal.js';
import { parseTemplate } from '../../src/jinja/parse/parse-template.js';
import {
  callAsync,
  callSync,
  evaluateAsync,
  evaluateSync,
  macroOf,
  renderAsync,
  renderSync,
  type RenderOptions,
} from '../../src/jinja/render.js';
import type { Call } from '../../src/jinja/values/call.js';
import { Dict } from '../../src/jinja/values/dict.js';
import { HostFunction } from '../../src/jinja/values/host-function.js';
import { HostObject, type ObjectOperator } from '../../src/jinja/values/host-object.js';
import { fromPlain, toPlain } from '../../src/jinja/values/plain.js';
import { str } from '../../src/jinja/values/repr.js';
import type { Value } from '../../src/jinja/values/value.js';

/** A relation as a host would give one: a mapping with attributes, that prints as SQL. */
class Relation extends HostObject {
  readonly typeName = 'Relation';
  readonly #name: string;

  constructor(name: string) {
    super();
    this.#name = name;
  }

  override getAttribute(name: string): Value | undefined {
    if (name === 'name') return this.#name;
    if (name === 'get') {
      return new HostFunction('get', ({ args }) =>
        args[0] === 'metadata' ? new Dict([['type', 'table']]) : null,
      );
    }
    return undefined;
  }

  override get isMapping(): boolean {
    return true;
  }

  override iterate(): Iterable<Value> {
    return ['name'];
  }

  override getItem(key: Value): Value | undefined {
    return key === 'name' ? this.#name : undefined;
  }

  override equals(other: Value): boolean {
    return other instanceof Relation && other.#name === this.#name;
  }

  override hashKey(): unknown {
    return `relation:${this.#name}`;
  }

  override compare(other: Value): number | undefined {
    return other instanceof Relation ? this.#name.localeCompare(other.#name) : undefined;
  }

  override operate(operator: ObjectOperator, other: Value, reflected: boolean): Value | undefined {
    if (operator !== '+') return undefined;
    return reflected ? `${str(other)}+${this.#name}` : `${this.#name}+${str(other)}`;
  }

  override toString(): string {
    return `"${this.#name}"`;
  }
}

function fn(name: string, run: (call: Call) => Value | Promise<Value>): [string, HostFunction] {
  return [name, new HostFunction(name, run)];
}

const globals = new Map<string, Value>([
  ['a', new Relation('a')],
  ['b', new Relation('b')],
  fn('query', async ({ args }) => {
    await Promise.resolve();
    return `rows of ${str(args[0] ?? null)}`;
  }),
  fn('fails', () => Promise.reject(new Error('the database is away'))),
  fn('return', ({ args }) => {
    // eslint-disable-next-line @typescript-eslint/only-throw-error -- control flow, as a host does it
    throw new ReturnSignal(args[0] ?? null);
  }),
  fn('boom', () => {
    throw new ThauError('INTERNAL', 'boom', { hint: 'wait' });
  }),
  fn('nothing', () => undefined as unknown as Value),
  fn('where', ({ context }) => `${context.place().file}:${String(context.place().line)}`),
  fn('twice', async ({ args, context }) => {
    const first = await context.invokeAsync(args[0] ?? null, ['1']);
    const second = await context.invokeAsync(args[0] ?? null, ['2']);
    return str(first) + str(second);
  }),
  [
    'calls',
    new HostFunction('calls', ({ args, context }) =>
      context.invoke(args[0] ?? null, args.slice(1), new Map([['k', 9]])),
    ),
  ],
]);

function render(source: string, options: RenderOptions = {}): string {
  return renderSync(parseTemplate(source, { file: 'models/a.sql' }), globals, options);
}

function renderLater(source: string, options: RenderOptions = {}): Promise<string> {
  return renderAsync(parseTemplate(source, { file: 'models/a.sql' }), globals, options);
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

describe('host objects', () => {
  test('show what they answer: attributes, items, tests, operators, printing', () => {
    expect(
      render(
        '{{ a }} {{ a.name }} {{ a["name"] }} {{ a is mapping }} {{ a is callable }} {{ a.nope is defined }}',
      ),
    ).toBe('"a" a a True False False');
    expect(
      render("{{ a.get('metadata').type }} {{ a == b }} {{ a != b }} {{ a < b }} {{ a + 1 }} {{ 'x' + a }}"),
    ).toBe('table False True True a+1 x+a');
    expect(
      render(
        '{{ [b, a] | sort | join(",") }} {{ [a, a, b] | unique | list | length }} {{ {a: 1}[a] }} {{ a in [b] }}',
      ),
    ).toBe('"a","b" 2 1 False');
    expect(render('{{ a | items | list }} {{ a | list }}')).toBe("[('name', 'a')] ['name']");
  });

  test('that cannot do a thing say so with their type', () => {
    expect(fault(() => render('{{ a() }}')).message).toBe("'Relation' object is not callable");
    expect(fault(() => render('{{ a - 1 }}')).message).toContain("'Relation' and 'int'");
    expect(fault(() => render('{{ a | tojson }}')).message).toBe(
      'Object of type Relation is not JSON serializable',
    );
    expect(fault(() => render('{{ a | length }}')).message).toBe("object of type 'Relation' has no len()");
  });

  test('keep their identity through macros, lists and filters', () => {
    expect(
      render(
        '{% macro same(x) %}{{ return([x]) }}{% endmacro %}{{ same(a)[0] is sameas a }}{{ [a] | first is sameas a }}',
      ),
    ).toBe('TrueTrue');
  });
});

describe('promises', () => {
  test('are awaited while rendering asynchronously, in the order of the template', async () => {
    expect(await renderLater("{% for t in ['x', 'y'] %}{{ query(t) }};{% endfor %}")).toBe(
      'rows of x;rows of y;',
    );
    expect(await renderLater("{% macro m(t) %}<{{ query(t) }}>{% endmacro %}{{ m('x') ~ m('y') }}")).toBe(
      '<rows of x><rows of y>',
    );
    expect(
      await renderLater(
        "{% set r = query('x') | upper %}{{ r }} {{ ['z'] | map('string') | map('upper') | first }}",
      ),
    ).toBe('ROWS OF X Z');
  });

  test('are JINJA_PENDING at the place of the call while rendering synchronously', () => {
    const error = fault(() => render("select\n  {{ query('x') }}"));
    expect(error.code).toBe('JINJA_PENDING');
    expect(error.at).toEqual({ file: 'models/a.sql', line: 2, column: 11 });
  });

  test('that fail give the failure the place and the macro stack', async () => {
    const error: unknown = await renderLater('{% macro m() %}\n{{ fails() }}{% endmacro %}{{ m() }}').catch(
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(ThauError);
    const { code, message, at, notes } = error as ThauError;
    expect([code, message, at?.line, notes]).toEqual([
      'JINJA_CALL_FAILED',
      'the database is away',
      2,
      ['in macro m (models/a.sql:2)', 'called from models/a.sql:2'],
    ]);
  });

  test('let a host call macros and wait for them', async () => {
    expect(await renderLater('{% macro m(x) %}[{{ query(x) }}]{% endmacro %}{{ twice(m) }}')).toBe(
      '[rows of 1][rows of 2]',
    );
    expect(render('{% macro m(x, k=0) %}[{{ x }}{{ k }}]{% endmacro %}{{ calls(m, 5) }}')).toBe('[59]');
  });

  test('many renders at once do not disturb each other', async () => {
    const source =
      '{% set ns = namespace(n=0) %}{% for i in range(20) %}{% set ns.n = ns.n + 1 %}{{ query(i)[-2:] }}{% endfor %}{{ ns.n }}';
    const template = parseTemplate(source, { file: 'a' });
    const alone = await renderAsync(template, globals);
    const together = await Promise.all(Array.from({ length: 20 }, () => renderAsync(template, globals)));
    expect(new Set(together)).toEqual(new Set([alone]));
  });
});

describe('return', () => {
  test('ends the macro with a value of any kind', () => {
    expect(
      render('{% macro m() %}text{{ return([1, a]) }}never{% endmacro %}{{ m()[0] + 1 }}{{ m()[1].name }}'),
    ).toBe('2a');
    expect(render("{% macro m() %}{% do return({'k': none}) %}{% endmacro %}{{ m().k is none }}")).toBe(
      'True',
    );
    expect(
      render(
        '{% macro m(n) %}{% for i in range(9) %}{% if i == n %}{{ return(i) }}{% endif %}{% endfor %}{% endmacro %}{{ m(3) }}',
      ),
    ).toBe('3');
  });

  test('inside a call block ends the macro that called caller()', () => {
    const source =
      '{% macro inner() %}a{{ caller() }}b{% endmacro %}{% macro outer() %}<{% call inner() %}{{ return([1]) }}{% endcall %}>{% endmacro %}{{ outer() }}';
    expect(render(source)).toBe('<[1]>');
  });

  test('outside of a macro is an error', () => {
    expect(fault(() => render('{{ return(1) }}')).message).toBe('`return` stands outside of a macro');
  });
});

describe('errors', () => {
  test('of the host keep their code, message and hint, and gain place, excerpt and stack', () => {
    const error = fault(() => render('{% macro m() %}\n  {{ boom() }}\n{% endmacro %}\n\n{{ m() }}'));
    expect([error.code, error.message, error.hint]).toEqual(['INTERNAL', 'boom', 'wait']);
    expect(error.at).toEqual({ file: 'models/a.sql', line: 2, column: 10 });
    expect(error.excerpt).toContain('> 2 |   {{ boom() }}\n    |          ^');
    expect(error.notes).toEqual(['in macro m (models/a.sql:2)', 'called from models/a.sql:5']);
  });

  test('in a part of a file count its lines', () => {
    const template = parseTemplate('a\n{{ nope.b }}', { file: 'models/x.yml', firstLine: 40 });
    const error = fault(() => renderSync(template, globals));
    expect(error.at).toEqual({ file: 'models/x.yml', line: 41, column: 8 });
    expect(error.excerpt).toContain('> 41 | {{ nope.b }}');
  });

  test('suggest the nearest name, filter, test and tag', () => {
    expect(fault(() => render('{{ qeury(1) }}')).hint).toBe('Did you mean "query"?');
    expect(fault(() => render('{% set amounts = 1 %}{{ amount.x }}')).hint).toBe('Did you mean "amounts"?');
    expect(fault(() => render('{{ "a" | uper }}')).hint).toBe('Did you mean "upper"?');
    expect(fault(() => render('{{ 1 is evn }}')).hint).toBe('Did you mean "even"?');
    expect(fault(() => render('{% marco x() %}')).hint).toBe('Did you mean "macro"?');
    expect(fault(() => render('{% for x in y %}{% endfro %}')).hint).toBe('Did you mean "endfor"?');
  });

  test('stay short however deep the stack is', () => {
    const error = fault(() => render('{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}'));
    expect(error.notes.length).toBeLessThan(30);
    expect(error.notes.at(-1)).toBe('…');
  });
});

describe('undefined values', () => {
  test('fail when used, print as nothing, and are false', () => {
    expect(render('{{ nope }}{{ nope is defined }}{{ "x" if nope else "y" }}')).toBe('Falsey');
    expect(fault(() => render('{{ nope() }}')).message).toBe("'nope' is undefined");
    expect(fault(() => render('{{ {}.a.b }}')).message).toBe("'dict object' has no attribute 'a'");
    expect(fault(() => render('{{ none.a.b }}')).message).toBe("'None' has no attribute 'a'");
  });

  test('are undefined through and through when silent', () => {
    expect(render('[{{ nope.a.b["c"](1)[2:] }}{{ nope().x }}]', { undefined: 'silent' })).toBe('[]');
  });

  test('may not even be printed when strict', () => {
    const strict: RenderOptions = { undefined: 'strict' };
    for (const source of [
      '{{ nope }}',
      '{% if nope %}{% endif %}',
      '{{ nope ~ "a" }}',
      '{{ nope == 1 }}',
      '{% for x in nope %}{% endfor %}',
      '{{ [nope] }}',
      '{{ nope | length }}',
    ]) {
      expect(fault(() => render(source, strict)).code).toBe('JINJA_UNDEFINED');
    }
    expect(render('{{ nope is defined }}{{ nope | default(1) }}{{ nope is undefined }}', strict)).toBe(
      'False1True',
    );
  });
});

describe('values from outside', () => {
  test('a host function that answers nothing answers none', () => {
    expect(render('{{ nothing() }}')).toBe('None');
  });

  test('a template that is one expression gives its value as it is', async () => {
    const of = (source: string): Value => evaluateSync(parseTemplate(source, { file: 'x' }), globals);
    expect(of('{{ [1, 2] }}')).toEqual([1, 2]);
    expect(of('{{ a }}')).toBe(globals.get('a'));
    expect(of('{{ 1 }} ')).toBe('1 ');
    expect(of('plain')).toBe('plain');
    expect(await evaluateAsync(parseTemplate("{{ query('x') }}", { file: 'x' }), globals)).toBe('rows of x');
  });

  test('macros of a file are callable values that see the globals given with them', async () => {
    const source = "{% macro m(x, y=2) %}{{ x }}{{ y }}{{ z }}{% endmacro %}{% set z = 'no' %}";
    const template = parseTemplate(source, { file: 'macros/m.sql' });
    const [block] = template.blocks;
    const macro = macroOf(template, block!, new Map<string, Value>([['z', 'yes']]));
    expect(callSync(macro, { args: [1], file: 'models/a.sql' })).toBe('12yes');
    const counting = parseTemplate('{% macro n() %}{{ range(3) | list }}{% endmacro %}', {
      file: 'macros/n.sql',
    });
    expect(callSync(macroOf(counting, counting.blocks[0]!, new Map()), { file: 'x' })).toBe('[0, 1, 2]');
    expect(await callAsync(macro, { args: [1], kwargs: new Map([['y', 3]]), file: 'models/a.sql' })).toBe(
      '13yes',
    );
    expect(
      renderSync(parseTemplate('{{ m(5) }}', { file: 'x' }), new Map<string, Value>([['m', macro]])),
    ).toBe('52yes');
    expect(fault(() => callSync(macro, { args: [1, 2, 3], file: 'models/a.sql' })).message).toBe(
      "macro 'm' takes not more than 2 argument(s)",
    );
  });

  test('filters and tests of the host stand beside the language’s own', () => {
    const options: RenderOptions = {
      filters: new Map([['shout', ({ args }: Call) => `${str(args[0] ?? null).toUpperCase()}!`]]),
      tests: new Map([['loud', ({ args }: Call) => str(args[0] ?? null).endsWith('!')]]),
    };
    expect(
      render(
        "{{ 'a' | shout }}{{ 'a' | shout is loud }}{{ ['a'] | map('shout') | select('loud') | list }}",
        options,
      ),
    ).toBe("A!True['A!']");
    expect(fault(() => render("{{ 'a' | shuot }}", options)).hint).toBe('Did you mean "shout"?');
  });

  test('plain data goes in and comes out', () => {
    const plain = { a: [1, 1.5, 'x', null, true], b: { c: {} }, big: 12345678901234567890n };
    expect(toPlain(fromPlain(plain))).toEqual(plain);
    expect(toPlain(fromPlain(new Map([[1, new Set(['x'])]])))).toEqual({ 1: ['x'] });
    expect(toPlain(fromPlain(undefined))).toBeNull();
    expect(() => fromPlain(Symbol('x'))).toThrow('no value of a template');
    expect(Object.keys(toPlain(fromPlain(JSON.parse('{"__proto__": 1}'))) as object)).toEqual(['__proto__']);
  });
});
