"""Writes corpus.jsonl: expressions and templates with what Jinja2 makes of them.

    python test/jinja/corpus/generate.py

needs jinja2 alone. The tests read the written file, so nobody needs Python to run them. The first line tells the
versions and the context; every other is [group, template, rendering] or [group, template, null, kind of error].
The environment is the one dbt configures: sandboxed, with `do` and loop controls, undefined names lenient.
"""

import itertools
import json
import pathlib
import platform
import warnings

import jinja2
import jinja2.sandbox

warnings.filterwarnings("ignore")

CONTEXT = {
    "n": 7,
    "zero": 0,
    "neg": -3,
    "big": 12345678901234567890,
    "pi": 3.14159,
    "half": 2.5,
    "t": True,
    "f": False,
    "nothing": None,
    "s": "hello",
    "empty": "",
    "words": "the quick brown fox jumps over the lazy dog",
    "mixed": "Hello World-wide it's",
    "lines": "one\ntwo\n\nthree\r\nfour",
    "viet": "Nguyễn Thị Ánh",
    "emoji": "a😀b",
    "html": "<b>\"x\" & 'y'</b>",
    "list": [3, 1, 2],
    "names": ["b", "A", "c", "a", "B"],
    "nested": [[1, 2], [3, 4], []],
    "d": {"a": 1, "b": [1, 2], "c": {"x": "y"}},
    "keyed": {"items": 1, "keys": 2, "z": 3},
    "users": [
        {"name": "bob", "age": 30, "tags": ["x", "y"], "addr": {"city": "Hue"}},
        {"name": "Alice", "age": 25, "tags": [], "addr": {"city": "Da Nang"}},
        {"name": "carol", "age": 30, "tags": ["z"], "addr": {"city": "hue"}},
    ],
}

# the last digit of these powers is the C library's own
PLATFORM = {"{{ 2.5 ** 2.5 }}", "{{ 1e16 ** -2 }}"}

CASES = []
SEEN = set()


def kind(error):
    if isinstance(error, jinja2.TemplateSyntaxError):
        return "JINJA_SYNTAX"
    if isinstance(error, jinja2.UndefinedError):
        return "JINJA_UNDEFINED"
    if isinstance(error, jinja2.sandbox.SecurityError):
        return "JINJA_UNDEFINED"
    if isinstance(error, SyntaxError):
        return "JINJA_SYNTAX"
    if isinstance(error, (TypeError, AttributeError, jinja2.TemplateRuntimeError)):
        return "JINJA_TYPE"
    return "JINJA_VALUE"


ENV = jinja2.sandbox.SandboxedEnvironment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])


def case(group, template):
    if template in SEEN or template in PLATFORM:
        return
    SEEN.add(template)
    try:
        text = ENV.from_string(template).render(json.loads(json.dumps(CONTEXT)))
    except RecursionError:
        return
    except Exception as error:
        CASES.append([group, template, None, kind(error)])
        return
    # addresses of objects differ from run to run
    if " at 0x" in text or len(text) > 4000:
        return
    CASES.append([group, template, text])


def expr(group, expression):
    case(group, "{{ " + expression + " }}")


def each(group, pattern, *lists):
    for values in itertools.product(*lists):
        expr(group, pattern.format(*values))


# ---- literals
for literal in [
    "0", "1", "-1", "1_000", "0b101", "0o17", "0xFF", "0XfF", "00", "1.0", "1.5e3", "1e3", "1E-7", "1e16", "1e15", "1.0e22",
    "123456789.123456789", "0.1", "1e-5", "0.0001", "0.00012", "1e100", "5e-324", "1.7976931348623157e308", "2.50", "100.0",
    "12345678901234567890", "9007199254740993", "-9007199254740993", "1_0.5_0", "true", "True", "false", "False", "none", "None",
    "''", "'a'", '"a"', "'it\\'s'", '"say \\"x\\""', "'a' 'b'", "'tab\\there'", "'line\\nbreak'", "'\\x41'", "'\\u00e9'",
    "'\\U0001F600'", "'\\101'", "'\\s\\d'", "'\\\\'", "'\\q'", "'é'", "'😀'", "'a\\\nb'", "[]", "[1]", "[1,]", "[1, 2,]", "()", "(1,)",
    "(1)", "(1, 2)", "1, 2", "1,", "{}", "{'a': 1}", "{'a': 1,}", "{1: 'x', 2.0: 'y', none: 'z', true: 'w'}", "{(1, 2): 3}",
    "{1: 'a', 1.0: 'b', true: 'c'}", "[[1], [2, [3]]]", "['a', \"b'c\", 'd\"e', 'f\\'g\"h']", "['\\n', '\\t', '\\x00', '\\x7f', '\\xa0', 'é', '😀', '\\u200b']",
    "[none, true, 1.0, 1]", "('a',)", "{'k': none}", "[undefined_name]", "1.5.real", "1.0 .is_integer()", "12 .bit_length()",
    "(1).real", "[1.5, 1e20, 1e-10]", "{'a': {'b': {}}}", "[(), [], {}]", "'a\\", "0x", "1e", "08", "1__0", "0_1", "1.", ".5", "1.e5",
]:
    expr("literals", literal)

# ---- operators over pairs of values
VALUES = ["0", "1", "-7", "3", "2.5", "-0.5", "1e300", "big", "true", "none", "'ab'", "''", "'3'", "[1, 2]", "[]", "(1, 2)", "{'a': 1}", "nope"]
for op in ["+", "-", "*", "/", "//", "%", "**", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or", "~"]:
    for a, b in itertools.product(VALUES, VALUES):
        if op == "**" and (a == "big" or b in ("big", "1e300")):
            continue
        if op == "*" and "big" in (a, b) and ("'" in a + b or "[" in a + b or "(" in a + b):
            continue
        if op in ("<", "<=", ">", ">=", "and", "or", "!=", "not in") and hash((a + "|" + b)) is None:
            continue
        expr("operators " + op, f"{a} {op} {b}")
for op in ["not", "-", "+", "not not", "- -"]:
    each("unary", op + " {}", VALUES)
each("integers", "{} {} {}", ["7", "-7", "10**20", "-(10**20)", "9007199254740991", "3"], ["+", "-", "*", "//", "%", "/"], ["2", "-2", "3", "10**18", "9007199254740991", "0", "0.0"])
each("floats", "{} {} {}", ["7.5", "-7.5", "0.1", "1e16", "-0.0", "3"], ["+", "-", "*", "//", "%", "/", "**"], ["2", "-2", "0.2", "3.0", "1e-3", "0.5"])
each("precedence", "{}", [
    "1 + 2 * 3", "(1 + 2) * 3", "2 ** 3 ** 2", "-2 ** 2", "2 ** -1", "not 1 == 2", "not true and false", "1 if 0 else 2", "1 if 1", "1 if 0",
    "1 if 0 else 2 if 0 else 3", "1 < 2 < 3", "1 < 3 < 2", "1 == 1.0 == true", "'a' ~ 1 + 2", "1 + 2 ~ 'a'", "1 ~ 2 * 3", "'a' in 'abc' == true",
    "1 in [1] and 2 in [2]", "not 1 in [2]", "1 not in [2]", "-1 | abs", "-1|abs + 1", "'a'|upper ~ 'b'", "[1,2]|length + 1", "'x' in ['X']|map('lower')",
    "'a' 'b' ~ 'c'", "1 or 2 and 3", "none or 'x'", "'' or 0 or []", "1 and 0 or 2", "5 // 2 * 2", "5 % 3 * 2", "10 - 3 - 2", "2 * 3 % 4", "+-+1", "- 2 | abs",
    "1 is odd and 2 is even", "not 1 is even", "1 is not even", "3 is divisibleby 3", "3 is divisibleby(2)", "(1, 2)[0]", "[1, 2][-1]", "'abc'[1]",
    "{'a': 1}.a", "{'a': 1}['a']", "[[1, 2]][0][1]", "'a'.upper().lower()", "('a' ~ 'b').upper()", "[1] + [2] == [1, 2]", "1 if true else 2 + 3", "(1 if true else 2) + 3",
    "x if x is defined else 'none'", "x is defined", "x is not defined", "nope or 'y'", "nope and 'y'", "not nope", "nope == nope2", "nope == none",
    "'%s' % 1 ~ 2", "'%s-%s' % (1, 2)", "1 < 2 == true", "[1, 2, 3][1:]", "true + true", "true * 3", "10 // 3 ** 2", "-3 // 2", "-3 % 2", "3 % -2", "2 * 'ab'", "'ab' * 2",
])

# ---- slices and subscripts
bounds = ["", "0", "1", "-1", "2", "-2", "10", "-10", "none"]
for seq in ["'abcde'", "[1, 2, 3, 4, 5]", "(1, 2, 3)", "emoji"]:
    for a, b in itertools.product(bounds, bounds):
        expr("slices", f"{seq}[{a}:{b}]")
    for a, b, c in itertools.product(["", "1", "-2", "10"], ["", "3", "-1", "-10"], ["2", "-1", "-2", "1", "0"]):
        expr("slices", f"{seq}[{a}:{b}:{c}]")
each("subscripts", "{}[{}]", ["'abc'", "[1, 2]", "(1, 2)", "d", "{1: 2}", "nothing", "nope", "5", "emoji", "range(3)"], ["0", "-1", "5", "-5", "'a'", "'upper'", "none", "true", "1.0", "'nope'", "1:", "(1, 2)", "[1]", "''"])
each("attributes", "{}.{}", ["s", "list", "d", "keyed", "nothing", "nope", "n", "pi", "t", "(1, 2)", "range(3)", "users", "d.c", "nested.0", "users.0"],
     ["a", "x", "items", "keys", "upper", "__class__", "__init__", "constructor", "prototype", "__proto__", "toString", "length", "name", "c.x", "a.b.c", "real", "0", "append", "nope is defined"])
for e in ["d.items()|list", "keyed.items", "keyed['items']", "keyed.items()|list", "keyed.z", "d.get('a')", "d.get('q')", "d.get('q', 5)", "d['c']['x']", "d.c.x", "d['nope'].x", "d.nope", "d.nope.x",
          "users[0].name", "users[0]['tags'][1]", "users[5]", "users[5].name", "users.0.name", "nested.1.0", "s.0", "s['upper']()", "list['append'](4)", "''.__class__", "[].__class__.__mro__", "s.format", "s.upper", "d.get",
          "{}.constructor", "d['constructor']", "d.__proto__", "s.constructor", "list.constructor", "range.constructor", "(1).constructor", "namespace(a=1).constructor", "cycler('a').constructor",
          "d.items() is mapping", "d.keys()", "d.values()", "d.items()", "{}.keys()", "d.keys()|first", "d.keys()[0]", "'a' in d.keys()", "1 in d.values()", "('a', 1) in d.items()", "d.keys()|length",
          "d.items()|length", "d.keys() == ['a', 'b', 'c']", "d.keys()|list == ['a', 'b', 'c']", "dict(a=1)", "dict([('a', 1)])", "dict({'a': 1}, b=2)", "dict(a=1, **{'b': 2})", "dict(1)", "dict([1])", "dict([(1,2,3)])",
          "range(3)", "range(3)|list", "range(1, 10, 3)|list", "range(5, 0, -2)|list", "range(0)|list", "range(1, 5)", "range(0, 5, 2)", "range(1, 2, 0)", "range('a')", "range()", "range(1,2,3,4)", "range(3)[1]", "range(3)[-1]", "range(3)[5]", "2 in range(3)", "range(3)|length", "range(3) == range(0, 3)",
          "range(10)[2:5]|list", "lipsum is defined", "range(3)|sum", "range(3)|reverse|list", "range(2.0)", "range(true)|list"]:
    expr("lookups", e)

# ---- tests
TESTABLE = ["0", "1", "2", "-3", "1.0", "2.5", "big", "true", "false", "none", "'a'", "'A'", "'aB'", "''", "'1'", "[]", "[1]", "(1,)", "{}", "{'a': 1}", "nope", "range(2)", "d.items()", "s.upper", "range", "[1]|map('string')", "namespace()", "'é'"]
each("tests", "{} is {}", TESTABLE, ["defined", "undefined", "none", "boolean", "true", "false", "integer", "float", "number", "string", "mapping", "sequence", "iterable", "callable", "lower", "upper", "odd", "even", "escaped"])
each("tests", "{} is {}({})", ["1", "2.0", "'a'", "none", "[1]", "nope"], ["eq", "ne", "lt", "le", "gt", "ge", "equalto", "sameas", "divisibleby", "in", "lessthan", "greaterthan"], ["1", "2", "'a'", "none", "[1, 'a']"])
for e in ["'upper' is filter", "'nope' is filter", "'odd' is test", "'nope' is test", "1 is nope", "1 is eq", "1 is eq(1, 2)", "1 is defined(2)", "1 is not odd", "1 is odd is even", "1 is divisibleby 0", "'a' is in 'abc'", "'a' is in ['a']", "1 is == 1", "'abc' is string and 1 is number", "nope.x is defined", "d.x is defined", "d.a is defined", "d.a.b is defined", "3 is eq 3", "3 is ne 3", "[1] is eq [1]", "1 is sameas 1", "none is sameas none", "true is sameas true", "1 is sameas true", "x is undefined", "1 is number is string"]:
    expr("tests", e)

# ---- filters
IN = {
    "any": ["0", "7", "-3", "2.5", "true", "none", "'hello'", "''", "mixed", "[3, 1, 2]", "[]", "(1, 2)", "{'b': 2, 'a': 1}", "nope", "names", "words", "'42'", "' 3.7 '", "viet"],
}
PLAIN = ["abs", "capitalize", "center", "count", "default", "d", "dictsort", "e", "escape", "first", "float", "forceescape", "int", "items|list", "join", "last", "length", "list", "lower", "max", "min", "pprint", "reverse", "reverse|list", "round", "safe", "sort", "string", "striptags", "sum", "title", "tojson", "trim", "unique|list", "upper", "urlencode", "wordcount", "xmlattr", "filesizeformat", "map('string')|list", "select|list", "reject|list", "batch(2)|list", "slice(2)|list", "indent", "truncate(10)", "wordwrap(10)", "replace('l', 'L')", "format", "string|length", "nope", "random is defined", "attr('upper') is defined"]
each("filters", "{}|{}", IN["any"], PLAIN)

for e in [
    "'abc'|default('x')", "nope|default('x')", "''|default('x', true)", "''|default('x', boolean=true)", "none|default('x')", "none|default('x', true)", "nope.a|default('x')", "d.nope|default('x')", "nope|d(1)|int", "0|default(5, true)", "nope|default", "nope|default(default_value=3)", "nope|default(nope2)", "nope|default(none) is none",
    "'42'|int", "'42.9'|int", "'abc'|int", "'abc'|int(5)", "'abc'|int(default=6)", "'0x1A'|int(base=16)", "'1A'|int(0, 16)", "'0b11'|int(0, 2)", "'z'|int(0, 36)", "'12'|int(0, 8)", "'9'|int(0, 8)", "1.9|int", "-1.9|int", "true|int", "none|int", "[]|int", "'1e3'|int", "' 5 '|int", "'1_000'|int", "'٣'|int", "1e400|int", "'inf'|int", "'nan'|int", "1e20|int",
    "'3.5'|float", "'x'|float", "'x'|float(1.5)", "7|float", "'1e3'|float", "none|float", "'inf'|float", "'-inf'|float", "'nan'|float", "'1_0.5'|float", "true|float", "'.5'|float", "'5.'|float", "big|float", "1e400",
    "42.55|round", "42.55|round(1)", "42.55|round(1, 'floor')", "42.55|round(1, 'ceil')", "42.55|round(0, 'ceil')", "2.5|round", "3.5|round", "0.5|round", "-0.5|round", "-2.5|round", "1234.5678|round(-2)", "1234|round(-2)", "1250|round(-2)", "1350|round(-2)", "1234|round", "2.675|round(2)", "1.005|round(2)", "'a'|round", "2.5|round(1, 'bad')", "1e300|round(2)", "5|round(2)", "7|round(0, 'floor')", "7|round(2, 'ceil')", "-7.3|round(0, 'floor')", "none|round", "0.1|round(20)", "123.456|round(method='ceil', precision=1)", "1.25|round(1)", "1.35|round(1)", "true|round",
    "[1, 2, 3]|join", "[1, 2, 3]|join(',')", "[1, none, 'a', 2.0]|join('-')", "users|join(',', attribute='name')", "users|join(', ', 'age')", "'abc'|join('.')", "{'a': 1, 'b': 2}|join(',')", "[]|join(',')", "[[1], (2,)]|join", "nope|join(',')", "5|join", "none|join(',')", "['a', nope]|join(',')", "range(3)|join(d='+')",
    "names|sort", "names|sort(true)", "names|sort(case_sensitive=true)", "names|sort(reverse=true, case_sensitive=true)", "users|sort(attribute='age')|map(attribute='name')|list", "users|sort(attribute='name')|map(attribute='name')|list", "users|sort(attribute='age,name')|map(attribute='name')|list", "users|sort(true, false, 'age')|map(attribute='name')|list", "users|sort(attribute='addr.city')|map(attribute='addr.city')|list", "[3, 'a']|sort", "[[2, 1], [1, 5], [1, 2]]|sort", "['b', 'a', none]|sort", "[1.5, 1, 2]|sort", "['é', 'e', 'z', 'Z']|sort", "{'b': 1, 'a': 2}|sort", "'hello'|sort", "[true, 0, 2]|sort", "users|sort(attribute='nope')", "[(1, 'b'), (1, 'a')]|sort", "[]|sort",
    "{'b': 1, 'A': 2, 'c': 0}|dictsort", "{'b': 1, 'A': 2, 'c': 0}|dictsort(true)", "{'b': 1, 'A': 2, 'c': 0}|dictsort(false, 'value')", "{'b': 1, 'A': 2}|dictsort(by='value', reverse=true)", "{'b': 1}|dictsort(by='x')", "{1: 'a', 'b': 2}|dictsort", "[]|dictsort",
    "names|unique|list", "names|unique(true)|list", "users|unique(attribute='age')|map(attribute='name')|list", "[1, 1.0, true, '1']|unique|list", "[[1], [1]]|unique|list", "'hello'|unique|join", "[1, 2]|unique", "users|unique(attribute='addr.city')|list|length",
    "names|min", "names|max", "names|max(true)", "[3, 1, 2]|min", "[]|min", "[]|max", "users|max(attribute='age')", "users|min(attribute='age')", "[1, 'a']|max", "'hello'|max", "[2.5, 2]|max", "users|map(attribute='age')|max", "[]|min is defined",
    "[1, 2, 3]|sum", "users|sum('age')", "users|sum(attribute='age')", "[1.5, 2]|sum", "[1, 2]|sum(start=10)", "[[1], [2]]|sum(start=[])", "['a']|sum", "[]|sum", "users|sum('nope')", "[true, true]|sum", "[0.1, 0.2]|sum", "[0.1]*10|sum", "['a', 'b']|sum(start='')",
    "[1, 2, 3, 4, 5]|batch(2)|list", "[1, 2, 3, 4, 5]|batch(2, 'x')|list", "[1, 2]|batch(5, 0)|list", "[]|batch(2)|list", "[1, 2, 3]|batch(linecount=2, fill_with='-')|list", "'abcde'|batch(2)|list", "[1]|batch(0)|list", "[1,2,3]|batch('a')|list",
    "[1, 2, 3, 4, 5]|slice(2)|list", "[1, 2, 3, 4, 5]|slice(3, 'x')|list", "[1, 2]|slice(5)|list", "[1, 2]|slice(5, 0)|list", "[]|slice(2)|list", "'abcdef'|slice(4)|list", "range(10)|slice(3)|list", "[1]|slice(0)|list",
    "users|groupby('age')|list|length", "users|groupby('age')", "users|groupby('addr.city')|map(attribute='grouper')|list", "users|groupby('addr.city', case_sensitive=true)|map(attribute='grouper')|list", "users|groupby('age')|map(attribute='list')|map('length')|list", "users|groupby('nope', default='x')|map('first')|list", "users|groupby('age')|map('last')|map('map', attribute='name')|map('list')|list", "users|groupby('nope')", "[[1, 'a'], [1, 'b'], [0, 'c']]|groupby(0)|list", "users|groupby", "[]|groupby('a')|list",
    "[1, 2, 3, 4]|select('odd')|list", "[1, 2, 3, 4]|reject('odd')|list", "[0, 1, '', 'a', none]|select|list", "[0, 1, '', 'a', none]|reject|list", "[1, 2, 3]|select('gt', 1)|list", "[1, 2, 3]|select('>', 1)|list", "[1, 2, 3]|select('divisibleby', 3)|list", "[1, 'a', none]|select('string')|list", "[1, 2]|select('in', [2, 3])|list", "[1]|select('nope')|list", "['a', 'b']|reject('equalto', 'a')|list", "[1, 2]|select('defined')|list", "none|select|list", "''|select|list", "5|select|list", "{'a': 1}|select|list",
    "users|selectattr('tags')|map(attribute='name')|list", "users|rejectattr('tags')|map(attribute='name')|list", "users|selectattr('age', 'eq', 30)|map(attribute='name')|list", "users|selectattr('age', '>', 26)|list|length", "users|selectattr('name', 'in', ['bob'])|list|length", "users|selectattr('addr.city', 'equalto', 'Hue')|map(attribute='name')|list", "users|selectattr('nope')|list", "users|selectattr('nope', 'defined')|list", "users|rejectattr('nope', 'undefined')|list", "users|selectattr|list", "users|selectattr('age', 'lt', 'x')|list", "users|selectattr('name', 'upper')|list", "[[1, 2], [0, 3]]|selectattr(0)|list",
    "['a', 'b']|map('upper')|list", "['a', 'b']|map('upper')|join", "users|map(attribute='name')|list", "users|map(attribute='addr.city')|list", "users|map(attribute='nope')|list", "users|map(attribute='nope', default='x')|list", "users|map(attribute='addr.nope', default=0)|list", "nested|map('length')|list", "nested|map('first')|list", "nested|map('join', '-')|list", "nested|map(attribute=0, default='e')|list", "[1, 2]|map('string')|list", "['1', '2']|map('int')|sum", "[1.5]|map('round')|list", "[1]|map|list", "[1]|map('nope')|list", "none|map('upper')|list", "nope|map('upper')|list", "''|map('upper')|list", "[]|map(attribute='x')|list", "5|map('string')|list", "['a']|map('replace', 'a', 'b')|list", "['abc']|map('truncate', 2, true, '')|list", "{'a': 1}|map('upper')|list", "['x']|map('default', 'y')|list", "[[3, 1], [2]]|map('sort')|list", "[{'a': 1}]|map('items')|map('list')|list", "['a','b']|map('format', 1)|list", "[1,2]|map('attr', 'real')|list", "[1, 2]|map('float')|map('string')|list", "users|map(attribute='name', bad=1)|list", "users|map('nope', attribute='x')|list",
    "'hello'|first", "''|first", "[]|first", "[]|last", "'hello'|last", "{'a': 1, 'b': 2}|first", "{'a': 1, 'b': 2}|last", "(1, 2)|last", "5|first", "none|first", "[1, 2]|map('string')|first", "[1, 2]|map('string')|last", "[]|first is defined", "range(5)|last", "[none]|first", "''|last|upper",
    "'hello'|length", "[1, 2]|count", "5|length", "none|length", "{'a': 1}|length", "nope|length", "emoji|length", "[1]|map('string')|length", "'é'|length", "range(5)|length",
    "'a-b-c'|replace('-', '+')", "'a-b-c'|replace('-', '+', 1)", "'abc'|replace('', '-')", "'abc'|replace('', '-', 2)", "'aaa'|replace('a', 'b', count=2)", "5|replace('5', '6')", "'abc'|replace('b')", "'abc'|replace('b', '')", "'aXbX'|replace('X', none)", "''|replace('', 'x')", "'a.b'|replace('.', '\\\\.')", "'$&'|replace('$&', '$1')", "'aa'|replace('a', '$&')",
    "'hello world'|title", "\"it's a o'neil\"|title", "'foo-bar baz_qux (x)[y]'|title", "'HELLO'|title", "''|title", "'3rd place'|title", "'été à'|title", "'hELLO wORLD'|capitalize", "''|capitalize", "5|upper", "'ß'|upper", "'İ'|lower|length", "viet|upper", "viet|lower", "viet|title", "'a\\tb'|title", "'éa éb'|capitalize",
    "' a '|trim", "'xxaxx'|trim('x')", "'abcba'|trim('ab')", "'  '|trim", "5|trim", "'\\n a \\t'|trim", "'a'|trim('')", "'\\u00a0a\\u3000'|trim", "'\\ufeffa'|trim|length",
    "'abc'|center(9)", "'abc'|center(10)", "'ab'|center(9)", "'ab'|center(1)", "5|center(5)", "'abcd'|center(7)", "'ab'|center(5)", "'a'|center(4)",
    "lines|indent", "lines|indent(2)", "lines|indent(2, true)", "lines|indent(2, first=true, blank=true)", "lines|indent('> ')", "lines|indent(width='--', first=true)", "'a'|indent", "''|indent", "'a\\n'|indent", "'a\\n\\n'|indent(1, blank=true)", "5|indent", "'a\\nb'|indent(0)", "lines|indent(2, false, true)", "''|indent(3, true)", "'\\n'|indent(3, true, true)",
    "words|truncate(20)", "words|truncate(20, true)", "words|truncate(20, false, '…')", "words|truncate(length=9, killwords=true, end='')", "words|truncate(20, leeway=30)", "words|truncate(42)", "words|truncate(38)", "words|truncate(2)", "words|truncate(3)", "words|truncate(20, leeway=-1)", "'abcdefghij'|truncate(5)", "'abcdefghij'|truncate(4, leeway=0)", "'foo bar baz qux'|truncate(9)", "'foo bar baz qux'|truncate(9, True)", "'foo bar baz qux'|truncate(11)", "'foo bar baz qux'|truncate(11, False, '...', 0)", "''|truncate(5)", "words|truncate", "[1, 2, 3, 4]|truncate(5)",
    "words|wordwrap(20)", "words|wordwrap(5)", "words|wordwrap(4, false)", "words|wordwrap(10, wrapstring='|')", "lines|wordwrap(3)", "'supercalifragilistic'|wordwrap(7)", "'supercalifragilistic x'|wordwrap(7, false)", "'a-b-c well-known some-thing'|wordwrap(7)", "'well-known fact'|wordwrap(6, true, none, false)", "'  leading  spaces   here '|wordwrap(8)", "''|wordwrap", "'a  b'|wordwrap(2)", "words|wordwrap(0)", "'one--two three'|wordwrap(5)", "'x'|wordwrap(-1)",
    "words|wordcount", "''|wordcount", "mixed|wordcount", "viet|wordcount", "'a_b c-d'|wordcount", "5|wordcount",
    "'%s and %s'|format('a', 2)", "'%(a)s'|format(a=1)", "'%s'|format", "'%d'|format('x')", "'%s'|format(1, 2)", "'%.2f'|format(3.14159)", "'%s'|format([1])", "'%s %s'|format('a', b=1)", "5|format", "'%%'|format", "'%s'|format(none)",
    "html|e", "html|escape", "'&amp;'|e", "html|safe", "html|striptags", "'<p>a <b>b</b></p>  c'|striptags", "'a<!-- x -->b'|striptags", "'&lt;x&gt; &amp;&nbsp;'|striptags", "5|e", "none|e", "'a>b'|forceescape", "['<']|e", "'plain'|e",
    "'a b/c?d=é&x'|urlencode", "{'a': 1, 'b c': 'd&e'}|urlencode", "[('a', 1), ('b', 2)]|urlencode", "5|urlencode", "'~._-'|urlencode", "\"!'()*\"|urlencode", "[1]|urlencode", "none|urlencode",
    "{'a': 1, 'b': none, 'c': '<'}|xmlattr", "{'a': 1}|xmlattr(false)", "{}|xmlattr", "{'a b': 1}|xmlattr", "[]|xmlattr", "{'a': nope}|xmlattr",
    "1|filesizeformat", "0|filesizeformat", "999|filesizeformat", "1000|filesizeformat", "1024|filesizeformat(true)", "1500000|filesizeformat", "1500000|filesizeformat(binary=true)", "1e9|filesizeformat", "1e15|filesizeformat", "1e30|filesizeformat", "'13000'|filesizeformat", "'x'|filesizeformat", "-5|filesizeformat", "1023|filesizeformat(true)",
    "{'b': 1, 'a': [1, 2.0, none, true, 'x<y']}|tojson", "\"it's <b>&</b>\"|tojson", "'é😀'|tojson", "[]|tojson", "{}|tojson", "{'a': {'b': []}}|tojson(2)", "[1, [2]]|tojson(indent=4)", "(1, 2)|tojson", "nope|tojson", "{1: 'a', none: 'b', true: 'c'}|tojson", "{1.5: 'a'}|tojson", "1e20|tojson", "1.0|tojson", "'\\n\\t\\x00\\x7f'|tojson", "range(3)|tojson", "range(3)|list|tojson", "none|tojson", "true|tojson", "{(1,2): 3}|tojson", "big|tojson", "'/\"\\\\'|tojson", "{'b': 1, 1: 2}|tojson", "[nope]|tojson", "d.keys()|tojson",
    "[1, 2]|pprint", "{'b': 1, 'a': 2}|pprint", "'x'|pprint", "users|pprint", "none|pprint", "d|pprint", "range(40)|list|pprint", "('a',)|pprint", "[['a' * 30, 'b' * 30, 'c' * 30]]|pprint", "{'k' * 40: 'v' * 50, 'x': 1}|pprint", "5.0|pprint", "[[]]|pprint", "{'a': {'b': ['x' * 40, 'y' * 40]}}|pprint",
    "'abc'|reverse", "[1, 2]|reverse|list", "{'a': 1, 'b': 2}|reverse|list", "(1, 2)|reverse|list", "5|reverse", "emoji|reverse", "[]|reverse|list", "none|reverse", "[1, 2]|map('string')|reverse|list", "'abc'|list", "{'a': 1}|list", "5|list", "none|list", "emoji|list", "nope|list",
    "d|items|list", "nope|items|list", "[]|items|list", "'a'|attr('upper')()", "d|attr('a')", "d|attr('items')()|list", "users[0]|attr('name')", "5|attr('real')", "'x'|attr('nope') is defined", "d|attr('get')('a')", "s|attr('__class__')", "none|attr('x')|default('y')",
    "5|string + 'a'", "none|string", "[1]|string|length", "nope|string", "true|string|lower", "1.0|string", "-5|abs", "-5.5|abs", "'a'|abs", "true|abs", "big * -1|abs", "(0 - big)|abs", "none|abs", "nope|abs", "nope|upper", "nope|int", "nope|float", "nope|round", "nope|trim", "nope|sort", "nope|first", "nope|sum", "nope|title", "nope|replace('a','b')",
    "'a'|upper|lower|upper", "'a'|upper()", "'a'|upper(1)", "'a'|nope.filter", "[1,2]|first()|string", "'abc'|upper.lower", "5|bogus|upper", "'a'|length|string|length", "[3,1]|sort|first", "[3,1]|sort|join(',')|upper",
]:
    expr("filter arguments", e)

# ---- methods of str
STRINGS = ["''", "'a'", "'hello world'", "'  x  '", "'AbC dEf'", "'a,b,,c'", "'123'", "'12.5'", "'x\\ny\\r\\nz'", "'ééß'", "'o\\'neil'", "'tab\\tx'", "emoji", "viet"]
NOARG = ["upper", "lower", "capitalize", "title", "swapcase", "strip", "lstrip", "rstrip", "split", "rsplit", "splitlines", "isalpha", "isdigit", "isdecimal", "isnumeric", "isalnum", "isspace", "isupper", "islower", "istitle", "isidentifier", "isascii", "isprintable", "casefold", "expandtabs", "encode"]
for s, m in itertools.product(STRINGS, NOARG):
    if m != "encode":
        expr("str methods", f"{s}.{m}()")
for m in ["isdigit", "isnumeric", "isdecimal", "isalpha", "isspace", "isidentifier", "istitle", "isprintable", "title"]:
    for s in ["'²'", "'½'", "'٣'", "'_a1'", "'1a'", "'\\u00a0'", "'A b'", "'A B'", "'A1b'", "'\\x1c'", "'a b'", "'they\\'re'"]:
        expr("str methods", f"{s}.{m}()")
each("str methods", "{}.{}", STRINGS[:10], ["split(',')", "split(' ')", "split(',', 1)", "split(none, 1)", "split(sep=',', maxsplit=2)", "rsplit(',', 1)", "rsplit(none, 1)", "split('')", "partition(',')", "rpartition(',')", "partition(' ')", "replace('l', 'L')", "replace('', '.')", "replace('l', 'L', 1)", "find('l')", "rfind('l')", "find('zz')", "find('l', 4)", "find('', 1)", "index('l')", "count('l')", "count('')", "startswith('h')", "startswith(('x', 'h'))", "endswith('d')", "endswith('')", "startswith('e', 1)", "strip('hd ')", "lstrip('h')", "rstrip('d')", "ljust(15)", "rjust(15, '*')", "center(15, '-')", "center(14)", "zfill(8)", "join(['a', 'b'])", "join([])", "splitlines(true)", "removeprefix('he')", "removesuffix('ld')", "expandtabs(4)", "upper(1)", "nope()", "split(1)"])
for e in ["','.join(['a', 'b'])", "','.join([1, 2])", "','.join('abc')", "','.join({'a': 1})", "','.join(5)", "','.join(names|sort)", "'-5'.zfill(5)", "'+5'.zfill(5)", "'5'.zfill(0)", "'abc'.zfill(-1)", "'a'.ljust(3, 'xy')", "'a'.center(4, '')", "'%s' % 'x'", "'abc'.find('c', -1)", "'abc'.find('a', -1)", "'abcabc'.rfind('a', 0, 3)", "'abcabc'.index('c', 3)", "'abc'.index('z')", "'abc'.rindex('z')", "'abab'.count('ab')", "'aaaa'.count('aa')", "'abc'.count('a', 1)", "'abc'.startswith(5)", "'abc'.startswith(['a'])", "'a b  c '.split()", "' a b '.split(' ')", "'abc'.split('abc')", "'a1b2'.isalnum()", "'A'.isupper() and 'a'.islower()", "'{}-{}'.format(1, 2)", "'abc'.replace('b')", "'x'.join(['a'])", "'a\\x0bb\\x0cc'.splitlines()", "'a\\n\\nb'.splitlines()", "'a\\n'.splitlines()", "'a\\u2028b'.splitlines()", "''.splitlines()", "'a,b;c'.translate({44: '|', 59: none})", "'abc'.maketrans", "'01\\t012'.expandtabs(4)", "'a' 'b'.upper()", "'ab'.__len__()", "'a'.encode('utf-8') is string", "'aXbXc'.rsplit('X', maxsplit=1)", "'a b c'.rsplit(none, 1)", "' a b c '.split(none, 1)", "' a  b  c '.rsplit(none, 2)", "'a,b'.split(',', -1)", "'a,b'.split(',', 0)", "'a b'.split(none, 0)", "'ab'.strip('')", "'abc'.format_map({'a': 1})", "'{a}'.format_map({'a': 1})", "'ǆ'.title()", "'ŉ'.upper()"]:
    expr("str methods", e)

# ---- printf formatting
FORMATS = ["%s", "%r", "%d", "%i", "%5d", "%-5d|", "%05d", "%+d", "% d", "%x", "%X", "%o", "%#x", "%#o", "%f", "%.2f", "%10.3f", "%-10.3f|", "%+.1f", "%010.2f", "%e", "%.3e", "%E", "%g", "%G", "%.3g", "%5s", "%-5s|", "%.2s", "%c", "%.0f", "%#.0f", "%u", "%a", "%5.1f%%", "%+05d"]
each("percent", "'{}' % {}", FORMATS, ["5", "-42", "3.14159", "0", "1e10", "'ab'", "true", "none", "[1]", "12345678901234567890", "0.5", "1e-5"])
for e in ["'%s %s' % (1, 2)", "'%s' % (1, 2)", "'%s %s' % 1", "'%(a)s %(b)d' % {'a': 'x', 'b': 2}", "'%(a)s' % {'b': 1}", "'%(a)s' % 5", "'%s' % {'a': 1}", "'%s' % [1, 2]", "'%s' % ((1, 2),)", "'%%' % ()", "'%' % 1", "'%z' % 1", "'abc' % 1", "'abc' % ()", "'abc' % {}", "'abc' % []", "'abc' % {'a': 1}", "'%*d' % (5, 42)", "'%-*d|' % (5, 42)", "'%.*f' % (2, 3.14159)", "'%s' % nope", "'%d' % nope", "'%d' % '5'", "'%x' % 3.5", "'%c' % 65", "'%c' % 'ab'", "'%5.2s|' % 'abc'", "'%(a)5.1f|' % {'a': 2.25}", "'%(a)s%(a)s' % {'a': 1}", "'%s' % ''", "'%s%s' % ('a', none)", "'%.1f' % 0.25", "'%.1f' % 0.35", "'%.0f' % 0.5", "'%.0f' % 1.5", "'%.0f' % 2.5", "'%g' % 1e16", "'%g' % 123456789", "'%g' % 0.0001", "'%g' % 0.00001", "'%d' % 1e20", "'%f' % 1e22", "'%.20f' % 0.1", "'%.3d' % 5", "'%ld' % 5", "'%s' % 1.0", "'%s' % (1,)", "'%r' % 'it\\'s'", "'%d%%' % 50"]:
    expr("percent", e)

# ---- str.format
SPECS = ["", ":d", ":5", ":<5", ":>5", ":^5", ":*^7", ":05d", ":+d", ": d", ":,", ":_", ":x", ":#x", ":b", ":#b", ":o", ":e", ":.2e", ":f", ":.2f", ":10.2f", ":<10.2f", ":+.1f", ":,.2f", ":g", ":.3g", ":%", ":.1%", ":s", ":.2s", ":=+6d", ":08.3f", ":n", ":c", "!r", "!s", "!r:>8", ":X", ":G", ":.3", ":012,d", ":z"]
each("format", "'{{{}}}'.format({})", SPECS, ["5", "-1234567", "3.14159", "'ab'", "true", "none", "[1]", "0", "0.5", "1e20", "12345678901234567890"])
for e in ["'{} {}'.format(1, 2)", "'{1} {0}'.format(1, 2)", "'{a} {b}'.format(a=1, b=2)", "'{0.real}'.format(5)", "'{0[a]}'.format({'a': 1})", "'{0[1]}'.format([1, 2])", "'{a[b][0]}'.format(a={'b': ['x']})", "'{a.b}'.format(a={'b': 1})", "'{} {0}'.format(1)", "'{0} {}'.format(1)", "'{}'.format()", "'{a}'.format()", "'{{}}'.format(1)", "'{{{}}}'.format(1)", "'{'.format(1)", "'}'.format(1)", "'{:{}}'.format(5, 10)", "'{:{w}.{p}f}'.format(3.14159, w=10, p=2)", "'{:>{w}}'.format('a', w=5)", "'{!x}'.format(1)", "'{0!r}{0!s}'.format('a')", "'{:d}'.format('a')", "'{:s}'.format(5)", "'{:q}'.format(5)", "'{:.2d}'.format(5)", "'{:,}'.format(1234567.891)", "'{:_x}'.format(123456789)", "'{:é^5}'.format('a')", "'{:=5}'.format('a')", "'{:,}'.format('a')", "'{0.__class__}'.format(5)", "'{}{}{}'.format('a', 1, none)", "'{:5}|'.format(none)", "'{:5}|'.format(true)", "'{:d}'.format(true)", "'{:.0f}'.format(2.5)", "'{:.3%}'.format(0.12345)", "'{0:}'.format(1)", "'{a:{b}}'.format(a=1, b='>4')", "'{:08}'.format(-5)", "'{:<08}'.format(-5)", "'{:x<8}'.format(-5)", "'{: }'.format(5)", "'{:+}'.format(1.5)", "'{:06.1f}'.format(-1.25)", "'{:010,.2f}'.format(1234.5)", "'{:e}'.format(0)", "'{:g}'.format(1e-10)", "'{:f}'.format(1)", "'{:%}'.format(1)", "'{:c}'.format(97)", "'{nope}'.format(a=1)", "'{:.10}'.format(1.5)", "'{:.1}'.format(1.5)", "'{:.3}'.format(1234.5)"]:
    expr("format", e)

# ---- methods that change lists, dicts and sets
for body in [
    "[1, 2].append(3)", "[1].extend([2, 3])", "[1].extend('ab')", "[1, 3].insert(1, 2)", "[1, 2, 3].pop()", "[1, 2, 3].pop(0)", "[1, 2].pop(-1)", "[].pop()", "[1].pop(5)", "[1, 2].remove(1)", "[1].remove(5)", "[1, 2].clear()",
    "[3, 1].sort()", "[3, 1].sort(reverse=true)", "['b', 'A'].sort()", "[1, 'a'].sort()", "[1, 2].reverse()", "[1, 2].index(2)", "[1].index(5)", "[1, 1].count(1)", "[1].copy()", "(1, 2).index(2)", "(1,).count(1)", "(1, 2).append(3)", "[1].append()", "[1].append(1, 2)", "[1].insert(0)", "[1, 2, 1].index(1, 1)", "[1].nope()", "[3,1].sort(key=none)",
    "{'a': 1}.update({'b': 2})", "{'a': 1}.update(b=2)", "{'a': 1}.update([('b', 2)])", "{'a': 1}.pop('a')", "{'a': 1}.pop('b')", "{'a': 1}.pop('b', 5)", "{'a': 1}.setdefault('b', 3)", "{'a': 1}.setdefault('a', 3)", "{'a': 1, 'b': 2}.popitem()", "{'a': 1}.copy()", "{'a': 1}.clear()", "{}.fromkeys(['a', 'b'], 0)", "{'a': 1}.get()", "{'a': 1}.get([1])", "{'a': 1}.get('b', none)", "{'a': 1}.keys()|list", "{'a': 1}.values()|list", "{'a': 1}.items()|list", "{[1]: 2}", "{'a': 1}.has_key('a')", "{}.popitem()", "{'a': 1}.update(5)", "{'a': 1}.update([1])", "{'a': 1}.pop()",
]:
    expr("methods", body)
    name = body.split("].")[0].split("}.")[0]
for setup, action in [
    ("[1, 2]", "append(3)"), ("[1]", "extend([2, 3])"), ("[1, 3]", "insert(1, 2)"), ("[1, 3]", "insert(-1, 2)"), ("[1, 3]", "insert(99, 2)"), ("[1, 2, 3]", "pop()"), ("[1, 2, 3]", "pop(0)"), ("[1, 2, 1]", "remove(1)"), ("[3, 1, 2]", "sort()"), ("[3, 1, 2]", "sort(reverse=true)"), ("[1, 2]", "reverse()"), ("[1]", "clear()"),
    ("{'a': 1}", "update({'a': 2, 'b': 3})"), ("{'a': 1}", "update(a=5)"), ("{'a': 1}", "pop('a')"), ("{'a': 1}", "setdefault('b', 3)"), ("{'a': 1}", "clear()"), ("{'a': 1, 'b': 2}", "popitem()"), ("{1: 'a'}", "update({true: 'b', 1.0: 'c'})"),
]:
    case("methods", "{% set x = " + setup + " %}{% do x." + action + " %}{{ x }}")
    case("methods", "{% set x = " + setup + " %}{% set y = x." + action + " %}{{ x }}|{{ y }}")
    case("methods", "{% set x = " + setup + " %}{% set y = x %}{% do x." + action + " %}{{ y }}{{ x == y }}")
    case("methods", "{% set x = " + setup + " %}{% set y = x.copy() %}{% do x." + action + " %}{{ y }}{{ x == y }}")

# ---- whitespace control
for a, b, c, d in itertools.product(["", "-", "+"], repeat=4):
    case("whitespace", "x \n{%" + a + " if true " + b + "%}\n y \n{%" + c + " endif " + d + "%} \n z")
for a, b in itertools.product(["", "-"], repeat=2):
    case("whitespace", "x \n {{" + a + " 1 " + b + "}} \n y")
    case("whitespace", "x \n {#" + a + " c " + b + "#} \n y")
    case("whitespace", "x \n {%" + a + " raw " + b + "%} \n {{ a }} \n {%" + a + " endraw " + b + "%} \n y")
    case("whitespace", "{%" + a + " for i in [1, 2] " + b + "%} \n {{ i }} \n {%" + b + " endfor " + a + "%}\n")
    case("whitespace", "{%" + a + " set x = 1 " + b + "%}\n\n{{ x }}\n")
    case("whitespace", "a{#" + a + "#}b {#" + b + " -#} c")
for t in ["a\n", "a\n\n", "\n", "", " ", "a\r\nb\r\n", "a\rb", "{{ 1 }}\n", "{{ 1 }}\n\n", "{# c #}\n", "{# c #}a", "a{##}b", "{#a{{b}}{%c%}#}x", "{# a\nb #}{{ 1 }}", "{ {x} }", "{x}", "{%raw%}{{x}}{%endraw%}", "{% raw %}{% if %}{% endraw %}", "{% raw -%}  a  {%- endraw %}", "{{ '}}' }}", "{{ '%}' }}", "{% if '%}' %}a{% endif %}", "{{ {'a': {}} }}", "{{ {'a': 1}}}", "{{{'a': 1}}}", "{{ '{{' }}", "{{'a'}}", "{{-1}}", "{{- 1 -}}", "{{ 1}}{{2 }}", "{{+1}}", "{%set x=1%}{{x}}", "{%-set x=1-%} {{x}}", "{{\n1\n+\n2\n}}", "{{ 1 }}}", "{{{ 1 }}", "{ { 1 } }", "}}", "%}", "#}", "{{ 'a\nb' }}", "{% if true %}{% endif %}", "line {{ 1 }}\r\nnext {{- 2 }}", "\t{{ 1 }}\t", "a {#- x -#} b", "a\u00a0{{- 1 -}}\u00a0b", "{{ 1 +}}", "{{ 1 -}} x", "{%+ if true +%} a {%+ endif +%}", "{#+ x +#} b", "{{+ 1 }}", "{{ - }}"]:
    case("whitespace", t)

# ---- statements
for t in [
    "{% if 1 %}a{% elif 2 %}b{% else %}c{% endif %}", "{% if 0 %}a{% elif 2 %}b{% else %}c{% endif %}", "{% if 0 %}a{% elif 0 %}b{% else %}c{% endif %}", "{% if nope %}a{% endif %}b", "{% if x: %}a{% else: %}b{% endif %}", "{% if 1, 2 %}a{% endif %}", "{% if [] or {} %}a{% else %}b{% endif %}", "{% if not nope is defined %}a{% endif %}",
    "{% for x in [1, 2, 3] %}{{ x }}{% endfor %}", "{% for x in [] %}a{% else %}b{% endfor %}", "{% for x in nope %}a{% else %}b{% endfor %}", "{% for x in none %}a{% endfor %}", "{% for x in 5 %}a{% endfor %}", "{% for c in 'abc' %}{{ c }}-{% endfor %}", "{% for k in d %}{{ k }}{% endfor %}", "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", "{% for a, b in nested %}{{ a }}{% endfor %}", "{% for a, b in [[1, 2], (3, 4)] %}{{ a }}{{ b }}{% endfor %}", "{% for (a, b), c in [((1, 2), 3)] %}{{ a }}{{ b }}{{ c }}{% endfor %}", "{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}", "{% for x in [1, 2, 3, 4] if x is even %}{{ x }}{{ loop.index }}{% endfor %}", "{% for x in [1, 3] if x is even %}{{ x }}{% else %}none{% endfor %}", "{% for x in 1, 2, 3 %}{{ x }}{% endfor %}", "{% for x in [1, 2, 3] %}{% if x == 2 %}{% continue %}{% endif %}{{ x }}{% endfor %}", "{% for x in [1, 2, 3] %}{% if x == 2 %}{% break %}{% endif %}{{ x }}{% endfor %}", "{% for x in [1, 2] %}{% for y in [1, 2] %}{% if y == 2 %}{% break %}{% endif %}{{ x }}{{ y }}{% endfor %}{% endfor %}", "{% for x in [1] %}{{ loop.first }}{{ loop.last }}{{ loop.length }}{% endfor %}",
    "{% for x in 'abcd' %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }} {% endfor %}", "{% for x in 'abc' %}{{ loop.previtem }}<{{ x }}>{{ loop.nextitem }} {% endfor %}", "{% for x in 'abcd' %}{{ loop.cycle('x', 'y', 'z') }}{% endfor %}", "{% for x in [1, 1, 2] %}{{ loop.changed(x) }}{% endfor %}", "{% for x in [1, 2] %}{{ loop.cycle() }}{% endfor %}", "{% for x in [1] %}{{ loop }}{% endfor %}", "{% for x in [1, 2] %}{{ loop.depth }}{{ loop.depth0 }}{% endfor %}", "{% for x in [1] %}{{ loop.nope }}{% endfor %}", "{{ loop }}", "{% for x in [1] %}{% endfor %}{{ x }}", "{% for x in [1, 2] %}{% set y = x %}{% endfor %}{{ y }}", "{% set y = 0 %}{% for x in [1, 2] %}{% set y = y + x %}{{ y }}{% endfor %}{{ y }}", "{% set x = 5 %}{% for x in [1, 2] %}{{ x }}{% endfor %}{{ x }}", "{% for x in [1, 2] %}{{ y }}{% set y = x %}{{ y }}{% endfor %}", "{% set l = [1, 2] %}{% for x in l %}{% if l|length < 4 %}{% do l.append(x) %}{% endif %}{{ x }}{% endfor %}",
    "{% for x in [[1, [2, [3]]]] recursive %}{% if x is iterable %}{{ loop(x) }}{% else %}{{ x }}{{ loop.depth }}{% endif %}{% endfor %}", "{% for x in [1] %}{{ loop([2]) }}{% endfor %}", "{% for x in [1, 2] %}{% for y in [3, 4] %}{{ loop.index }}{% endfor %}{{ loop.index }} {% endfor %}", "{% for x in [1, 2] %}{% set outer = loop %}{% for y in [3, 4] %}{{ outer.index }}{{ loop.index }} {% endfor %}{% endfor %}", "{% for u in users %}{{ u.name }}:{{ u.tags|join('/') or '-' }}{{ ', ' if not loop.last }}{% endfor %}", "{% for u in users|sort(attribute='name') %}{{ u.name }} {% endfor %}", "{% for g in users|groupby('age') %}{{ g.grouper }}:{% for u in g.list %}{{ u.name }} {% endfor %}{% endfor %}", "{% for age, us in users|groupby('age') %}{{ age }}={{ us|map(attribute='name')|join(',') }};{% endfor %}", "{% for row in [1, 2, 3]|batch(2, 'x') %}{{ row|join('-') }};{% endfor %}", "{% for x in range(3) if x in [0, 2] %}{{ x }}{% endfor %}", "{% for x in [3, 1, 2]|sort(reverse=true) %}{{ x }}{% endfor %}", "{% for a in [1] %}{% else %}x{% endfor %}", "{% for x in [1, 2, 3] if loop.index %}{{ x }}{% endfor %}", "{% for x in d.items()|list %}{{ x }}{% endfor %}", "{% for x in [1,2]|map('string') %}{{ loop.last }}{% endfor %}", "{% set it = [1, 2]|map('string') %}{% for x in it %}{{ x }}{% endfor %}{% for x in it %}{{ x }}{% endfor %}.", "{% set ns = namespace(seen=[]) %}{% for x in [1, 1, 2] if x not in ns.seen %}{% set ns.seen = ns.seen + [x] %}{{ x }}{% endfor %}",
    "{% set x = 1 %}{{ x }}", "{% set x = 1, 2 %}{{ x }}", "{% set x, y = 1, 2 %}{{ x }}{{ y }}", "{% set x, y = [1, 2] %}{{ x }}{{ y }}", "{% set (x, y) = (1, 2) %}{{ x }}{{ y }}", "{% set x, y = 1 %}", "{% set x, y = [1] %}", "{% set x, y = [1, 2, 3] %}", "{% set x %}abc{% endset %}{{ x }}", "{% set x | upper %}abc{% endset %}{{ x }}", "{% set x | replace('a', 'b') | upper %}abc{% endset %}{{ x }}", "{% set x %}{{ 1 + 1 }}{% endset %}{{ x + 'a' }}", "{% set x = 'a' if true else 'b' %}{{ x }}", "{% set x = nope %}{{ x is defined }}", "{% if true %}{% set x = 1 %}{% endif %}{{ x }}", "{% if false %}{% set x = 1 %}{% endif %}{{ x }}", "{% set x = 1 %}{% if true %}{% set x = 2 %}{% endif %}{{ x }}", "{% set x = [1] %}{% set y = x %}{% do y.append(2) %}{{ x }}", "{% set ns = namespace(a=1, b='x') %}{% set ns.a = 5 %}{{ ns.a }}{{ ns.b }}{{ ns.c }}", "{% set ns = namespace() %}{% for i in range(3) %}{% set ns.last = i %}{% endfor %}{{ ns.last }}", "{% set d2 = {} %}{% set d2.a = 1 %}", "{% set ns = namespace({'a': 1}) %}{{ ns.a }}", "{% set ns.x = 1 %}", "{% set true = 1 %}", "{% set none = 1 %}", "{% set 5 = 1 %}", "{% set x = %}", "{% set x.y = 1 %}", "{% set ns = namespace(a=1) %}{{ ns }}", "{% set ns = namespace(a=1) %}{% set ns.a, b = 2, 3 %}{{ ns.a }}{{ b }}", "{% set ns = namespace(a=1) %}{% set ns.a %}text{% endset %}{{ ns.a }}", "{% set x = 1 %}{% set x = x + 1 %}{{ x }}", "{% set a = b = 1 %}", "{% set x = 1 if nope %}{{ x is defined }}", "{% set items = 5 %}{{ items }}", "{% set range = 5 %}{{ range }}", "{% set loop = 3 %}{{ loop }}{% for i in [1] %}{{ loop.index }}{% endfor %}",
    "{% macro f() %}a{% endmacro %}{{ f() }}", "{% macro f(x) %}<{{ x }}>{% endmacro %}{{ f(1) }}{{ f() }}{{ f(x=2) }}", "{% macro f(x, y=2) %}{{ x }}{{ y }}{% endmacro %}{{ f(1) }} {{ f(1, 3) }} {{ f(y=5, x=4) }}", "{% macro f(x, y=x) %}{{ x }}{{ y }}{% endmacro %}{{ f(1) }}", "{% macro f(x) %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ f(1, 2, 3, a=4) }}", "{% macro f() %}{{ varargs|length }}{% endmacro %}{{ f(1, 2) }}", "{% macro f() %}{{ kwargs.a }}{% endmacro %}{{ f(a=1) }}", "{% macro f(x) %}{% endmacro %}{{ f(1, 2) }}", "{% macro f(x) %}{% endmacro %}{{ f(1, y=2) }}", "{% macro f(x) %}{% endmacro %}{{ f(1, x=2) }}", "{% macro f(x) %}{{ x is defined }}{% endmacro %}{{ f() }}", "{% macro f(a, b='x') %}{{ a }}{{ b }}{% endmacro %}{{ f(*[1, 2]) }}{{ f(**{'a': 3}) }}{{ f(*[1], **{'b': 2}) }}", "{% macro f(n) %}{{ n }}{% if n > 0 %}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(5) }}", "{% macro f() %}{{ x }}{% endmacro %}{% set x = 5 %}{{ f() }}", "{% set x = 1 %}{% macro f() %}{{ x }}{% endmacro %}{% set x = 2 %}{{ f() }}", "{% macro f() %}{% set x = 1 %}{{ x }}{% endmacro %}{{ f() }}{{ x }}", "{% macro f(x) %}{% set x = 5 %}{{ x }}{% endmacro %}{{ f(1) }}", "{{ f() }}{% macro f() %}a{% endmacro %}", "{% macro f() %}a{% endmacro %}{{ f }}", "{% macro f(a, b) %}{% endmacro %}{{ f.name }}{{ f.arguments }}{{ f.catch_kwargs }}{{ f.catch_varargs }}{{ f.caller }}", "{% macro f() %}{{ caller() }}{% endmacro %}{{ f() }}", "{% macro f() %}a{% endmacro %}{{ f() ~ f() }}{{ f()|upper }}", "{% macro f() %}{% macro g() %}x{% endmacro %}{{ g() }}{% endmacro %}{{ f() }}", "{% macro f(x, x) %}{% endmacro %}", "{% macro f(x=1, y) %}{% endmacro %}", "{% macro f %}{% endmacro %}", "{% macro f() %}{% endmacro %}{{ f() == '' }}", "{% macro f(x={}) %}{% do x.update(a=1) %}{{ x }}{% endmacro %}{{ f() }}{{ f() }}", "{% for i in [1, 2] %}{% macro f() %}{{ i }}{% endmacro %}{{ f() }}{% endfor %}", "{% macro f(x) %}{{ x() }}{% endmacro %}{% macro g() %}g{% endmacro %}{{ f(g) }}", "{% macro f() %}  a  {% endmacro %}[{{ f() }}][{{ f()|trim }}]", "{% macro f(a, b=none) -%} {{ a }}{{ ',' ~ b if b }} {%- endmacro %}{{ f(1) }};{{ f(1, 2) }}", "{% set m = {} %}{% macro f() %}x{% endmacro %}{% do m.update({'k': f}) %}{{ m.k() }}", "{% macro f(caller) %}{{ caller() }}{% endmacro %}{% call f() %}x{% endcall %}", "{% macro f() %}{{ f is callable }}{% endmacro %}{{ f() }}", "{% macro f(x) %}{{ x.nope.y }}{% endmacro %}{{ f({}) }}", "{% macro outer() %}{{ inner() }}{% endmacro %}{% macro inner() %}i{% endmacro %}{{ outer() }}", "{% macro f(a=nope) %}{{ a is defined }}{% endmacro %}{{ f() }}",
    "{% macro f() %}[{{ caller() }}]{% endmacro %}{% call f() %}x{% endcall %}", "{% macro f() %}{{ caller(1, 2) }}{% endmacro %}{% call(a, b) f() %}{{ a }}{{ b }}{% endcall %}", "{% macro f() %}{{ caller() }}{% endmacro %}{% call(a=5) f() %}{{ a }}{% endcall %}", "{% macro f(x) %}{{ x }}{{ caller() }}{{ caller() }}{% endmacro %}{% call f(1) %}y{% endcall %}", "{% macro f() %}a{% endmacro %}{% call f() %}x{% endcall %}", "{% macro f() %}{{ caller is defined }}{% endmacro %}{{ f() }}", "{% macro f() %}{% if caller %}{{ caller() }}{% endif %}{% endmacro %}{{ f() }}{% call f() %}c{% endcall %}", "{% macro f() %}{% call g() %}{{ caller() }}{% endcall %}{% endmacro %}{% macro g() %}<{{ caller() }}>{% endmacro %}{% call f() %}x{% endcall %}", "{% call nope() %}x{% endcall %}", "{% call 5 %}x{% endcall %}", "{% set y = 1 %}{% macro f() %}{{ caller() }}{% endmacro %}{% call f() %}{{ y }}{% endcall %}", "{% macro f() %}{{ caller(x=3) }}{% endmacro %}{% call(x) f() %}{{ x }}{% endcall %}", "{% macro f() %}{{ caller(1) }}{% endmacro %}{% call f() %}x{% endcall %}", "{% macro f() %}{{ caller() }}{% endmacro %}{% call f() %}{% set z = 1 %}{{ z }}{% endcall %}{{ z }}", "{% macro l(items) %}{% for i in items %}{{ caller(i) }}{% endfor %}{% endmacro %}{% call(i) l([1, 2]) %}<{{ i }}>{% endcall %}",
    "{% filter upper %}abc{{ 'x' }}{% endfilter %}", "{% filter upper|replace('A', 'b') %}abc{% endfilter %}", "{% filter replace('a', 'b') %}aaa{% endfilter %}", "{% filter nope %}a{% endfilter %}", "{% filter trim %}  a  {% endfilter %}", "{% filter indent(2) %}a\nb{% endfilter %}", "{% filter upper %}{% set x = 1 %}{% endfilter %}{{ x }}",
    "{% with x = 1 %}{{ x }}{% endwith %}{{ x }}", "{% with x = 1, y = 2 %}{{ x }}{{ y }}{% endwith %}", "{% with %}{% set x = 1 %}{{ x }}{% endwith %}{{ x }}", "{% set x = 1 %}{% with x = 2, y = x %}{{ x }}{{ y }}{% endwith %}", "{% with a, b = 1, 2 %}{{ a }}{% endwith %}", "{% with (a, b) = (1, 2) %}{{ a }}{{ b }}{% endwith %}",
    "{% do [1].append(2) %}x", "{% do 5 %}", "{% do nope %}", "{% do nope() %}", "{% do %}", "{% print 1 %}", "{% print 1, 2 %}", "{% autoescape false %}<{% endautoescape %}", "{% autoescape true %}{{ '<' }}{% endautoescape %}",
    "{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{% do c.reset() %}{{ c.next() }}", "{% set j = joiner(',') %}{% for i in [1, 2, 3] %}{{ j() }}{{ i }}{% endfor %}", "{% set j = joiner() %}{{ j() }}a{{ j() }}b", "{% set c = cycler() %}", "{% set c = cycler(1) %}{{ c.items }}{{ c.pos }}",
    "{% break %}", "{% continue %}", "{% if true %}{% break %}{% endif %}",
]:
    case("statements", t)

# ---- syntax errors
for t in ["{{", "{{ }}", "{{ 1", "{{ 1 }", "{%", "{% %}", "{% if %}", "{% if x %}", "{% endif %}", "{% for %}", "{% for x %}{% endfor %}", "{% for x in %}{% endfor %}", "{% for x in y %}", "{% else %}", "{% foo %}", "{# x", "{% raw %}", "{{ 'a }}", "{{ a b }}", "{{ a. }}", "{{ a.'b' }}", "{{ a[ }}", "{{ a] }}", "{{ (a }}", "{{ a) }}", "{{ [1 }}", "{{ {1 }}", "{{ {1: } }}", "{{ {1: 2 3} }}", "{{ f(a b) }}", "{{ f(a=1, 2) }}", "{{ f(a=1, a=2) }}", "{{ f(*a, *b) }}", "{{ f(**a, b) }}", "{{ f(, ) }}", "{{ f(a,) }}", "{{ 1 + }}", "{{ + }}", "{{ * 2 }}", "{{ not }}", "{{ a is }}", "{{ a is not }}", "{{ a | }}", "{{ a | 5 }}", "{{ a if }}", "{{ if a }}", "{{ a if b else }}", "{{ @ }}", "{{ a $ b }}", "{{ a ? b : c }}", "{{ a && b }}", "{{ a || b }}", "{{ !a }}", "{{ a = 1 }}", "{{ a == }}", "{{ 1.2.3 }}", "{{ a..b }}", "{{ a[1:2:3:4] }}", "{{ a[,] }}", "{{ a[] }}", "{{ [,] }}", "{{ (,) }}", "{{ {,} }}", "{% set %}", "{% set x %}", "{% set = 1 %}", "{% if x %}{% endfor %}", "{% for x in y %}{% endif %}", "{% macro %}{% endmacro %}", "{% macro f( %}{% endmacro %}", "{% macro f() %}", "{% endmacro %}", "{% call %}{% endcall %}", "{% filter %}{% endfilter %}", "{% if a %}b{% elif %}{% endif %}", "{% if a %}{% else %}{% else %}{% endif %}", "{{ a }} {{ b", "{% block x %}", "{{ ) }}", "{{ ] }}", "{{ } }}", "{{ ([)] }}", "{{ a := 1 }}", "{{ lambda x: x }}", "{{ [x for x in y] }}", "{{ a; b }}", "{{ a -> b }}", "{{ `a` }}", "{{ a\\b }}", "{{ 5.upper() }}", "{{ a is b is c }}", "{{ 'a' 5 }}", "{{ a not b }}", "{{ a not in }}", "{{ a in }}", "{{ a < }}", "{{ < a }}", "{{ a <> b }}", "{{ 1 if 2 else }}", "{% with x %}{% endwith %}", "{% for x, in [(1,)] %}{{ x }}{% endfor %}", "{% for 5 in x %}{% endfor %}", "{% for x.y in z %}{% endfor %}", "{% set x, = (1,) %}{{ x }}", "{% if x %}a{% endif x %}", "{% for i in [1] %}{% endfor i %}", "{% include 'x' %}", "{% import 'x' as y %}", "{% from 'x' import y %}", "{% extends 'x' %}", "{{ a!b }}", "{{ 1_ }}", "{{ _1 }}", "{{ a1 }}", "{{ é }}", "{{ x² }}", "{{ 'a'|upper| }}", "{{ |upper }}", "{{ a.b.c.d.e }}", "{{ ((((1)))) }}", "{{ [[[[1]]]] }}", "{{ {'a':{'b':{'c':1}}}.a.b.c }}"]:
    case("syntax", t)

# ---- what packages write
for t in [
    "select\n{% for c in ['a', 'b'] -%}\n  {{ c }}{% if not loop.last %},{% endif %}\n{% endfor -%}\nfrom x",
    "{%- set cols = ['a', 'b', 'c'] -%}\nselect {{ cols | join(',\\n  ') }}",
    "{%- for c in ['a', 'b'] %}\n  sum({{ c }}) as {{ c }}_sum\n  {%- if not loop.last %},{% endif -%}\n{% endfor %}",
    "{% set q %}\n  select 1\n{% endset %}[{{ q | trim }}]",
    "{% macro cents(c, p=2) %}({{ c }} / 100)::numeric(16, {{ p }}){% endmacro %}{{ cents('x') }} {{ cents('y', p=4) }}",
    "{% set m = {'a': ['x', 'y'], 'b': []} %}{% for k, v in m.items() if v %}{{ k }}: {{ v | join(' ') }}{% endfor %}",
    "{{ \"'\" ~ ['a', 'b'] | join(\"','\") ~ \"'\" }}", "{{ ['a', 'b'] | map('upper') | join(', ') }}", "{{ 'a' if 'x' in ['x', 'y'] else 'b' }}", "{{ \"date '\" ~ '2020-01-01' ~ \"'\" }}", "{{ '{:0>2}'.format(5) }}", "{{ \"%02d\" % 5 }}", "{{ 'a_b_c'.split('_')[-1] }}", "{{ ('a' ~ 1)|upper }}", "{{ '2020-01-05'[:4] | int + 1 }}", "{{ ['a', 'b'][0] ~ '.' ~ ['a', 'b'][1] }}",
    "{% set l = [] %}{% for i in range(5) %}{{ l.append(i * 2) or '' }}{% endfor %}{{ l }}", "{% set l = [] %}{% for i in range(3) %}{% set _ = l.append(i) %}{% endfor %}{{ l | length }}", "{% set x = [1, 2] + [3] %}{{ x }}", "{% set d3 = dict(a=1) %}{% set _ = d3.update({'b': 2}) %}{{ d3 }}", "{% if 'a' in d and d['a'] == 1 %}y{% endif %}", "{% if d.get('zz', false) %}y{% else %}n{% endif %}", "{{ d.get('c', {}).get('x') }}", "{{ (users | selectattr('age', 'equalto', 25) | first).name }}", "{{ users | map(attribute='age') | unique | sort | join(',') }}", "{{ users | rejectattr('name', 'in', ['bob']) | map(attribute='name') | list }}",
    "{% set ns = namespace(found=false) %}{% for u in users %}{% if u.age == 25 %}{% set ns.found = true %}{% endif %}{% endfor %}{{ ns.found }}", "{%- macro star(cols, except=[]) -%}{%- for c in cols if c not in except -%}\"{{ c }}\"{%- if not loop.last %}, {% endif -%}{%- endfor -%}{%- endmacro -%}{{ star(['a', 'b', 'c'], except=['b']) }}", "{{ 'x' | replace('x', '\"') }}", "{{ none if nope is undefined else 1 }}", "{{ [1, 2, 3] | list | length > 2 }}", "{{ not (1 in [1]) }}", "{{ ' and '.join(['a', 'b']) }}", "{{ 'a.b'.split('.') | last }}", "{{ (1, 'a') in [(1, 'a')] }}", "{{ '1' * 3 | int }}", "{{ 10 / 4 }} {{ 10 // 4 }} {{ 10 % 4 }}", "{{ 1000000 * 1000000 }}", "{{ 0.1 + 0.2 }}", "{{ 3 * 0.1 }}", "{{ 1e3 | int }}", "{{ '5' ~ 5 }}", "{{ [[1, 'a'], [2, 'b']] | map('first') | list }}", "{{ dict([['a', 1], ['b', 2]]) }}", "{{ {'a': 1}.items() | map('last') | list }}", "{{ 'abc' | list | sort(reverse=true) | join }}", "{{ 'A' ~ '\\n' ~ 'B' }}", "{{ 'x' if nope else 'y' }}", "{{ ['b', 'a'] | sort | first }}", "{{ -5 % 3 }} {{ 5 % -3 }} {{ -5 // 3 }}",
    "{%- if true -%}  a  {%- endif -%}  b", "{#- c -#}  a  {#- d -#}", "{% set a = 'x' %}{{ a ~ ('' if a == 'x' else 'y') }}", "{{ a.b if a is defined else 'none' }}", "{{ loop.index if loop is defined else 'no' }}", "{% set t = ('a', 'b') %}{{ t[0] }}{{ t | length }}{{ t }}", "{{ ['x'] * 3 }}", "{{ [none] | select('none') | list | length }}", "{{ {'a': 1} == {'a': 1.0} }}", "{{ (1, 2) < (1, 3) }}", "{{ [1, 2] < [1] }}", "{{ 'a' < 'B' }}", "{{ 'Z' < 'a' }}", "{{ none == false }}", "{{ '' == none }}", "{{ 1 == '1' }}", "{{ true == 1 }}", "{{ [] == () }}", "{{ {} == [] }}", "{{ 'é' > 'z' }}", "{{ '😀' > '\uffff' }}",
]:
    case("in use", t)


def main():
    out = pathlib.Path(__file__).with_name("corpus.jsonl")
    head = {"jinja2": jinja2.__version__, "python": platform.python_version(), "cases": len(CASES), "context": CONTEXT}
    with out.open("w", encoding="utf-8", newline="\n") as file:
        for line in [head, *CASES]:
            file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029") + "\n")
    print(f"{len(CASES)} cases from Jinja2 {jinja2.__version__}")


main()
