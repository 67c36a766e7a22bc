import { expect, test } from 'vitest';
import { rowLineage, type RowLineage } from '../../../src/sql/lineage/row-lineage.js';
import { parseSql } from '../../../src/sql/parse-sql.js';

const relations: Readonly<Record<string, readonly string[]>> = {
  contacts: ['contact_id', 'phone', 'name'],
  orders: ['channel', 'order_id', 'account', 'total'],
  lines: ['order_id', 'line_no', 'sku'],
};

function follow(sql: string): RowLineage {
  const [statement] = parseSql(sql, 'test');
  return rowLineage(statement?.tree ?? {}, (_schema, name) => {
    const columns = relations[name];
    return columns && { id: name, columns };
  });
}

/** Each branch as `column: where it comes from`. */
function told(sql: string): Record<string, string>[] {
  return follow(sql).branches.map((branch) =>
    Object.fromEntries(
      [...branch].map(([name, cell]) => {
        if (cell.kind === 'constant') return [name, JSON.stringify(cell.value)];
        const parts = cell.kind === 'computed' && cell.parts ? cell.parts : cell.from;
        const text = parts.map((part) =>
          typeof part === 'string'
            ? `'${part}'`
            : `${part.relation}.${part.column}${part.cleaned ? '~' : ''}`,
        );
        return [name, `${cell.kind} ${text.join(cell.kind === 'computed' ? ' ' : ' or ')}`.trim()];
      }),
    ),
  );
}

test('a column that passes through stars and common table expressions is a copy', () => {
  expect(
    told(
      'with a as (select * from contacts), b as (select a.*, 1 as one from a) select contact_id as id, one from b',
    ),
  ).toEqual([{ id: 'copy contacts.contact_id', one: '"1"' }]);
});

test('each member of a union is a branch of its own, by position, whatever its columns are called', () => {
  expect(
    told(
      "select 'crm' as source, contact_id as record_id from contacts union all select 'shop', 'o:' || order_id from orders",
    ),
  ).toEqual([
    { source: '"crm"', record_id: 'copy contacts.contact_id' },
    { source: '"shop"', record_id: "computed 'o:' orders.order_id" },
  ]);
});

test('trimming, folding, nullif, casts, coalesce and case keep what a value says', () => {
  expect(
    told(`select nullif(btrim(contact_id), '') as a, phone::bigint as b, coalesce(phone, name) as c,
            case when name = 'x' then phone end as d, case when lower(btrim(name)) in ('a') then lower(btrim(name)) end as e
          from contacts`),
  ).toEqual([
    {
      a: 'copy contacts.contact_id~',
      b: 'copy contacts.phone',
      c: 'copy contacts.phone or contacts.name',
      d: 'copy contacts.phone',
      e: 'copy contacts.name~',
    },
  ]);
});

test('what is counted, summed or computed is no copy', () => {
  const [branch] = told(
    'select count(distinct contact_id) as n, max(phone) as p, name || phone as np from contacts',
  );
  expect(branch).toMatchObject({ n: 'computed contacts.contact_id', p: 'computed contacts.phone' });
  expect(branch?.['np']).toBe('computed contacts.name contacts.phone');
});

test('a key that was put together is told in its parts', () => {
  expect(told("select lower(btrim(channel)) || ':' || btrim(order_id) as key from orders")).toEqual([
    { key: "computed orders.channel~ ':' orders.order_id~" },
  ]);
});

test('rows of a lateral VALUES are branches that see the row beside them', () => {
  expect(
    told(`select o.order_id, v.kind, v.value from orders as o
          cross join lateral (values ('account', o.account), ('channel', o.channel)) as v (kind, value)`),
  ).toEqual([
    { order_id: 'copy orders.order_id', kind: '"account"', value: 'copy orders.account' },
    { order_id: 'copy orders.order_id', kind: '"channel"', value: 'copy orders.channel' },
  ]);
});

test('two joins of one relation are two places', () => {
  const [branch] = follow(
    'select a.contact_id as x, b.contact_id as y, a.name from contacts as a, contacts as b',
  ).branches;
  const item = (name: string): number | undefined => {
    const cell = branch?.get(name);
    return cell?.kind === 'copy' ? cell.from[0]?.item : undefined;
  };
  expect(item('x')).toBe(item('name'));
  expect(item('x')).not.toBe(item('y'));
});

test('columns that a join holds equal are told, with the constants of the same condition', () => {
  const { equal } = follow(
    "select 1 from orders as o left join lines as l on o.order_id = l.order_id and l.sku = 'A' join contacts using (name)",
  );
  expect(
    equal.map(({ a, b, when }) => [
      a.column,
      b.column,
      when.map(({ source, value }) => [source.column, value]),
    ]),
  ).toEqual([['order_id', 'order_id', [['sku', 'A']]]]);
});

test('what cannot be followed is nothing, and never a wrong copy', () => {
  expect(told('select x.a from unknown_table as x')).toEqual([{ a: 'computed' }]);
  expect(told('select f.a from some_function(1) as f (a)')).toEqual([{ a: 'computed' }]);
  expect(
    told(
      'with recursive r as (select contact_id from contacts union all select contact_id from r) select * from r',
    ),
  ).toEqual([{ contact_id: 'copy contacts.contact_id' }]);
  expect(told('insert into orders select 1')).toEqual([]);
});

test('a query of very many unions joined to each other ends', () => {
  const union = Array.from({ length: 30 }, () => 'select order_id from orders').join(' union all ');
  expect(
    follow(`with u as (${union}) select a.order_id from u as a, u as b, u as c, u as d`).branches.length,
  ).toBeLessThan(2001);
});

test('ways that say the same are one, and of ways too many to tell apart what they say alike stays', () => {
  const union = Array.from({ length: 30 }, () => 'select order_id, account from orders').join(' union all ');
  expect(told(`with u as (${union}) select a.order_id from u as a, u as b, u as c, u as d`)).toEqual([
    { order_id: 'copy orders.order_id' },
  ]);
  const values = Array.from({ length: 40 }, (_, index) => `('f${index}', o.total + ${index})`).join();
  const features = `with f as (
      select o.order_id, o.account, v.name, v.value from orders as o cross join lateral (values ${values}) as v (name, value)
  )`;
  const [only, ...others] = follow(`${features}
    select a.order_id, a.account, b.order_id as other, a.name, a.value from f as a join f as b on a.name = b.name
    join f as c on c.name = a.name`).branches;
  const item = (name: string): number | undefined => {
    const cell = only?.get(name);
    return cell?.kind === 'copy' ? cell.from[0]?.item : undefined;
  };
  expect(only?.get('order_id')).toMatchObject({
    kind: 'copy',
    from: [{ relation: 'orders', column: 'order_id' }],
  });
  expect(item('account')).toBe(item('order_id'));
  expect(item('other')).not.toBe(item('order_id'));
  expect(only?.get('value')).toMatchObject({ kind: 'computed' });
  expect(others.length).toBeLessThan(256);
});
