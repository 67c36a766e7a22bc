import type { TestDatabase } from '../../support/test-database.js';

/**
 * Into every raw table, for every column and every value that is hostile for its type, a row with that value and an
 * otherwise ordinary neighbour's (or empty) rest, under a key of its own. Answers with the number of rows.
 */
export async function plantHostileRows(database: TestDatabase): Promise<number> {
  const columns = await database.query(
    `select table_schema || '.' || table_name as relation, column_name as name, data_type as type,
       ordinal_position::int as position, first_value(column_name) over (
         partition by table_schema, table_name order by ordinal_position) as key
     from information_schema.columns where table_schema like 'raw\\_%' order by 1, 4`,
  );
  let planted = 0;
  for (const { relation, name, type, key, position } of columns as unknown as readonly Column[]) {
    const values = hostile[type] ?? [null];
    await database.query(
      `with neighbour as (select (select r from ${relation} as r order by r::text limit 1) as r)
       insert into ${relation}
       select (jsonb_populate_record(neighbour.r, jsonb_build_object($1::text, 'H' || $3 || '-' || v.n)
         || jsonb_build_object($2::text, v.value))).*
       from neighbour, unnest($4::text[]) with ordinality as v (value, n)`,
      [key, name, `${String(planted)}-${String(position)}`, values],
    );
    planted += values.length;
  }
  return planted;
}

interface Column {
  readonly relation: string;
  readonly name: string;
  readonly type: string;
  readonly position: number;
  readonly key: string;
}

const moments = [null, '1970-01-01', '2099-01-01', 'infinity', '-infinity', '0001-01-01', '294276-01-01'];

const hostile: Readonly<Record<string, readonly (string | null)[]>> = {
  text: [
    ...[
      null,
      '',
      ' ',
      'NULL',
      '🙂',
      'Nguyễn'.normalize('NFD'),
      'x'.repeat(5000),
      "'; drop table x; --",
      '-1',
      'NaN',
    ],
    ...[
      '1e400',
      '9,99',
      '912345678.0',
      '0000-00-00',
      '31/02/2026',
      '2099-01-01',
      '1970-01-01T00:00:00Z',
      'a\tb\nc',
    ],
    ...['{{ 1 }}', '\\', '%', '١٢٣', '99999999999999999999'],
  ],
  'timestamp with time zone': moments,
  date: moments.slice(0, 5),
  numeric: [null, 'NaN', '-1', '0', '1e30', '-1e30', '0.333333333333', 'Infinity'],
  'double precision': [null, 'NaN', 'Infinity', '-1'],
  integer: [null, '-1', '0', '2147483647', '-2147483648'],
  bigint: [null, '-1', '0', '9223372036854775807'],
  boolean: [null, 'true', 'false'],
};
