import { expect, test } from 'vitest';
import { ThauError } from '../../src/errors/thau-error.js';
import { parseTemplate } from '../../src/jinja/parse/parse-template.js';
import { renderSync } from '../../src/jinja/render.js';
import { modules } from '../../src/project/context/modules/modules.js';

const globals = new Map([['modules', modules.value]]);

function render(expression: string): string {
  return renderSync(
    parseTemplate(`{% set re = modules.re %}{{ ${expression} }}`, { file: 're.sql' }),
    globals,
  );
}

// expected values are those of Python's re
test.each([
  ["re.match('a|ab', 'ab').group()", 'a'],
  ["re.fullmatch('a|ab', 'ab').group()", 'ab'],
  ["re.fullmatch('a', 'ab')", 'None'],
  ["re.match('b', 'ab')", 'None'],
  ["re.search('b', 'ab').start()", '1'],
  ["re.match('(?P<y>\\\\d+)-(?P<m>\\\\d+)', '2020-05').group('m')", '05'],
  ["re.match('(?P<q>.)(?P=q)', 'aab').group()", 'aa'],
  ["re.search('(?i)(?s)(^.*\\\\s*|\\\\s+|,)WITH\\\\s', 'x\\nwith a') is none", 'False'],
  ["re.search('a$', 'a\\n') is none", 'False'],
  ["re.search('a\\\\Z', 'a\\n') is none", 'True'],
  ["re.search('\\\\Ab', 'a\\nb', re.MULTILINE) is none", 'True'],
  ["re.findall('^b$', 'a\\nb\\nc', re.M)", "['b']"],
  ["re.findall('[]a]+', 'a]b')", "['a]']"],
  ["re.findall('[$#]+', '$#a')", "['$#']"],
  ["re.sub('(a)(b)', '\\\\2\\\\1', 'ab')", 'ba'],
  ["re.sub('(?P<x>a)', '<\\\\g<x>>', 'aa', count=1)", '<a>a'],
  ["re.split('\\\\s*,\\\\s*', 'a , b,c')", "['a', 'b', 'c']"],
  ["re.sub('a(?# a comment)b', 'x', 'ab')", 'x'],
])('%s is %s', (expression, expected) => {
  expect(render(expression)).toBe(expected);
});

test.each([
  ['alternatives that mean the same', "re.match('(a|aa)+$', 'a' * 60 ~ '!')"],
  ['a back reference', "re.fullmatch('(a*)*\\\\1b', 'a' * 40)"],
  ['a substitution', "re.sub('(x+x+)+y', '', 'x' * 40)"],
])('a search that would never end is stopped: %s', (_, expression) => {
  try {
    render(expression);
  } catch (error) {
    expect(error).toBeInstanceOf(ThauError);
    expect(error).toMatchObject({ code: 'JINJA_LIMIT', at: { file: 're.sql' } });
    expect(render("re.findall('(a+)(b+)', 'aabb')")).toBe("[('aa', 'bb')]");
    return;
  }
  throw new Error('it ended');
});
