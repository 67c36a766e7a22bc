import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ThauError } from '../../src/errors/thau-error.js';
import { parseSql } from '../../src/sql/parse-sql.js';
import { referencedNames } from '../../src/sql/referenced-names.js';

test('splits statements at their semicolons and nowhere else, with their lines', () => {
  const sql = `-- Khách hàng; đã mua
select 'a;b' as "c;d";

create function f() returns void language plpgsql as $$ begin perform 1; end $$;
/* ; */ select 2`;
  expect(parseSql(sql, 'x.sql')).toMatchObject([
    { line: 2, text: `select 'a;b' as "c;d"` },
    { line: 4, text: 'create function f() returns void language plpgsql as $$ begin perform 1; end $$' },
    { line: 5, text: 'select 2' },
  ]);
});

test('nothing is no statement', () => {
  expect(parseSql('', 'x.sql')).toEqual([]);
  expect(parseSql(' ; -- nothing\n;', 'x.sql')).toEqual([]);
});

test('a syntax error has line, column and excerpt, after letters beyond ASCII too', () => {
  let fault: unknown;
  try {
    parseSql("select 'Nguyễn 😀' as tên\n  form x", 'transforms/a.sql');
  } catch (error) {
    fault = error;
  }
  expect(fault).toMatchObject({
    code: 'SQL_SYNTAX',
    message: 'PostgreSQL cannot read this SQL: syntax error at or near "form".',
    at: { file: 'transforms/a.sql', line: 2, column: 3 },
  });
  expect((fault as ThauError).excerpt).toContain('> 2 |   form x\n    |   ^');
});

test('names relations and functions, and not common table expressions', () => {
  const [statement] = parseSql(
    'with o as (select * from raw.orders) select lower(x), app.f(1) from o join b on now() > b.at',
    'x.sql',
  );
  expect(referencedNames(statement!.tree)).toEqual({
    relations: [{ name: 'b' }, { schema: 'raw', name: 'orders' }],
    functions: expect.arrayContaining([
      { name: 'lower', args: 1 },
      { schema: 'app', name: 'f', args: 1 },
      { name: 'now', args: 0 },
    ]) as unknown,
  });
});

test('any text parses or is refused with a code', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
      try {
        parseSql(text, 'x.sql');
      } catch (error) {
        expect(error).toBeInstanceOf(ThauError);
      }
    }),
    { numRuns: 300 },
  );
});
