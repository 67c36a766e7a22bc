import { expect, test } from 'vitest';
import { withStableLiterals } from '../../src/build/run/stable-literals.js';

const stable = (sql: string): string => withStableLiterals(sql, new Set(['main', 'main_raw']));

test.each([
  [`select '"main__r12"."a"' as source`, `select '"main"."a"' as source`],
  [`select cast('"db"."main__r12"."a"' as text)`, `select cast('"db"."main"."a"' as text)`],
  [`select 'rows of main_raw__r3.a'`, `select 'rows of main_raw.a'`],
  [`select E'it\\'s "main__r12"."a"'`, `select E'it\\'s "main"."a"'`],
])('a relation that stands as text says the name readers know: %s', (sql, expected) => {
  expect(stable(sql)).toBe(expected);
});

test.each([
  ['outside of quotes', `select * from "main__r12"."a"`],
  ['in a comment', `-- '"main__r12"."a"'\nselect 1`],
  ['in a quoted name', `select 1 as "it's ""main__r12"".""a"" '"`],
  ['in dollar quotes', `do $x$ begin perform '"main__r12"."a"'; end $x$`],
  ['as a schema alone, which is looked up', `select 1 where table_schema = 'main__r12'`],
  ['of a schema that is not the project’s', `select '"other__r12"."a"'`],
  ['cast to regclass', `select '"main__r12"."a"'::regclass`],
  ['cast to regclass in words', `select cast('"main__r12"."a"' as regclass)`],
  ['a size is asked of', `select pg_total_relation_size('"main__r12"."a"')`],
  ['a sequence is asked for', `select nextval('"main__r12".seq')`],
])('a name stays as it is %s', (_, sql) => {
  expect(stable(sql)).toBe(sql);
});
