"""Writes scalars.json: what PyYAML's safe loader, which dbt uses, makes of plain scalars and of documents.

    python test/project/yaml/corpus/generate.py

needs PyYAML alone. The tests read the written file, so nobody needs Python to run them. Each case is
[text, kind, value]: the kind is Python's type; ints and floats are given as Python prints them, dates and times too.
"""

import datetime
import itertools
import json
import pathlib

import yaml

loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

words = "yes Yes YES yEs y Y n N no No NO true True TRUE tRUE false False FALSE on On ON oN off Off OFF null Null NULL nUll ~ none None nil".split()
numbers = """0 -0 +0 00 007 0o7 0O7 010 -010 +010 08 09 0.0 1 -1 +1 12 1_000 1__0 _1 1_ -1_000 0x1F 0X1F 0xff_ff -0x10 0xg 0b101 0b1_0 -0b11 0b2
1.0 -1.5 +1.5 1. -1. .5 -.5 +.5 . 1.5e3 1.5e+3 1.5E-3 1e3 1e+3 1.e+3 .5e+3 1_000.5 1.5_0 0.1 1.10 6.02e+23 1.5e+ 1.2.3 1,5 1.0.0
.inf -.inf +.inf .Inf .INF .iNF .nan .NaN .NAN .nAN -.nan inf nan NaN Infinity
1:30 12:30 12:30:45 -12:30 +1:0 0:30 1:60 1:5:5 01:30 12:30:45.5 0:30.5 1:2:3:4 190:20:30 190:20:30.15 23:59
12345678901234567 9007199254740993 123456789012345678901234567890 - + -- ++1 1- 1+1 0- 1e 0x 0b 0o""".split()
dates = """2020-01-01 2020-1-1 2020-12-31 20-01-01 2020-01 2020-02-28T10:20:30 2020-02-28t10:20:30.5 2020-02-28T10:20:30Z
2020-02-28T10:20:30+02:00 2020-02-28T10:20:30-0230 2020-02-28T10:20:30.123456789 2020/01/01""".split() + [
    "2020-02-28 10:20:30", "2020-02-28 10:20:30 +7", "2020-02-28 10:20", "2020-02-28 1:20:30", "2020-2-8 10:20:30.25 Z",
]
texts = ["a", "a b", "Hello", "'yes'", '"1"', "'012'", '"2020-01-01"', "ref('a')", "a:b", "a#b", "50%", "$1", "1 2", "v1", "1d", "é", "日本", "=", "<", "1;2", "key=value", "-a", "a-", "?a", ":a", "(1)", "/x", "\\d", "!!str 12", "!!int '12'", "!!float 1", "!!bool 'yes'", "!!null ''", "!!str yes", "!!str 2020-01-01"]
signs = ["".join(parts) for parts in itertools.product(["", "-", "+"], ["0", "1", "9", "08", "1_0"], ["", ".", ".5", "_", "e5", ".5e+5", ":5", ":59", ":5.5"])]

documents = [
    "a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}\n", "a: &x [1, 2]\nb: *x\n", "a: |\n  x\n   y\n\nb: 1\n", "a: >\n  x\n  y\n\n  z\n", "a: >-\n  x\n   y\n  z\n",
    "a: |+\n  x\n\nb: 1\n", "a: |-\n  x\n", "a: |2\n   x\n", "a: 'x\n  y'\n", 'a: "x\\\n  y"\n', "a: x\n  y\n", "- a\n- - b\n  - c\n", "? a\n: b\n", "a: [1, yes, 012, 1.5, ~, 2020-01-01]\n",
    "{a: 1, b: {c: [x, y]}}\n", "a:\n- 1\n- 2\nb: 3\n", "a: !!str 1\nb: !!int '2'\n", "&x a: 1\nb: *x\n", "a: ''\nb: \"\"\nc:\n", "<<: {a: 1}\nb: 2\n", "a: {<<: [{x: 1}, {x: 2, y: 3}], z: 4}\n", "# only a comment\n", "", "---\na: 1\n...\n", "a: \"\\u00e9\\x41\\t\"\n", "a: '{{ x }}'\n", "a: x # c\n", "a: x#c\n", "\"a b\": 1\n",
]


def plain(value):
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, (datetime.date, datetime.datetime)):
        return str(value)
    return value


def case(text):
    try:
        value = yaml.load(f"a: {text}\n", loader)["a"]
    except Exception as error:  # noqa: BLE001
        return [text, "error", type(error).__name__]
    kind = type(value).__name__
    return [text, kind, repr(value) if kind in ("int", "float") else str(value) if kind in ("date", "datetime") else value]


seen = list(dict.fromkeys([*words, *numbers, *dates, *texts, *signs]))
head = {"pyyaml": yaml.__version__, "scalars": len(seen), "documents": len(documents)}
out = {**head, "cases": [case(text) for text in seen], "whole": [[text, plain(yaml.load(text, loader))] for text in documents]}
path = pathlib.Path(__file__).with_name("scalars.json")
rows = ",\n".join("    " + json.dumps(one, ensure_ascii=False) for one in out["cases"])
whole = ",\n".join("    " + json.dumps(one, ensure_ascii=False) for one in out["whole"])
path.write_text("{\n" + "".join(f'  {json.dumps(k)}: {json.dumps(v)},\n' for k, v in head.items()) + f'  "cases": [\n{rows}\n  ],\n  "whole": [\n{whole}\n  ]\n}}\n', encoding="utf-8")
print(f"{len(seen)} scalars and {len(documents)} documents from PyYAML {yaml.__version__}")
