import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** The shop's tables with rows that every kind of value and gap occurs in. */
export const shopTables = /* sql */ `
  create schema thau;
  create table thau.pointer (only_row boolean primary key default true, generation bigint not null);
  insert into thau.pointer (generation) values (7);
  create schema shop;
  create table shop.customers (
      customer_id bigint primary key, full_name text, email text, home_city text, lifetime_value numeric(14, 2),
      churn_risk double precision, nps integer, tags text[], profile jsonb, birth_date date,
      created_at timestamptz not null, last_order_id bigint
  );
  create table shop.scores (
      customer_id bigint not null, name text not null, value double precision not null, computed_at timestamptz,
      primary key (customer_id, name)
  );
  create table shop.orders (
      order_id bigint primary key, customer_id bigint, status text not null, revenue numeric, item_count bigint,
      ordered_at timestamptz not null, shipped_on date
  );
  create table shop.segments (segment_id integer primary key, name text not null);
  create table shop.segment_members (
      segment_id integer not null, customer_id bigint not null, left_at timestamptz, primary key (segment_id, customer_id)
  );
  create table shop.touchpoints (
      touchpoint_id bigint primary key, customer_id bigint, kind text not null, occurred_at timestamptz not null,
      channel text, page_url text, wait_seconds integer
  );
  create table shop.identities (
      customer_id bigint not null, identifier_type text not null, identifier_value text not null,
      primary key (identifier_type, identifier_value)
  );
  create function shop.why_same(one bigint, other bigint) returns jsonb language sql stable as
      $$ select jsonb_build_object('one', one, 'other', other) $$;
`;

export const shopRows = /* sql */ `
  insert into shop.customers
  select i,
      case when i % 7 <> 0 then (array['Nguyễn Văn "An"', 'Trần Thị Bình', 'Lê Hòa', E'Đỗ\\tMinh \\\\ x', 'Phạm Thu'])[1 + i % 5] end,
      case when i % 4 <> 0 then 'c' || i || '@example.com' end,
      (array['Hà Nội', 'Huế', 'Đà Nẵng', null])[1 + i % 4],
      case when i % 5 <> 0 then i * 12345.67 end,
      case when i % 6 <> 0 then i / 8.0 end,
      case when i % 3 <> 0 then i % 11 end,
      case when i % 3 = 0 then null when i % 3 = 1 then array['vip', 'a"b'] else array[]::text[] end,
      case when i % 4 = 0 then null else jsonb_build_object('n', i, 'deep', jsonb_build_array(1, null, 'x')) end,
      case when i % 3 <> 0 then date '1980-02-28' + i end,
      timestamptz '2025-01-01 00:00:00.123456+00' + i * interval '1 day 7 hours',
      case when i % 3 = 0 then i * 3 end
  from generate_series(1, 12) i;
  insert into shop.scores
  select i, name, (i * 7 % 10) / 8.0, case when i % 2 = 0 then timestamptz '2026-01-01+00' end
  from generate_series(1, 12) i, unnest(array['churn', 'ltv', 'health']) name where i % 5 <> 4;
  insert into shop.orders
  select i, case when i % 9 <> 8 then 1 + i % 12 end, (array['placed', 'delivered', 'returned', 'cod_refused'])[1 + i % 4],
      case when i % 6 <> 5 then i * 10.50 end, case when i % 4 <> 3 then i % 5 end,
      timestamptz '2025-03-01+00' + (i / 2) * interval '11 hours', case when i % 2 = 0 then date '2025-03-05' + i end
  from generate_series(1, 40) i;
  insert into shop.segments values (1, 'champions'), (2, 'at risk'), (3, 'nobody');
  insert into shop.segment_members
  select s, c, case when (s + c) % 5 = 0 then timestamptz '2026-01-01+00' end
  from generate_series(1, 2) s, generate_series(1, 12) c where (s * c) % 3 <> 0;
  insert into shop.touchpoints
  select i, case when i % 8 <> 7 then 1 + i % 12 end, (array['visit', 'call'])[1 + i % 2],
      timestamptz '2025-04-01+00' + i * interval '3 hours', (array['web', 'phone', null])[1 + i % 3],
      case when i % 2 = 0 and i % 5 <> 0 then '/p/' || i end, case when i % 2 = 1 then i end
  from generate_series(1, 30) i;
  insert into shop.identities
  select i, 'email', 'c' || i || '@example.com' from generate_series(1, 12) i
  union all select i, 'phone', '+8491234567' || i from generate_series(1, 9) i
  union all select i, 'crm', 'CRM-' || i from generate_series(1, 12) i;
  analyze;
`;

export async function createShop(rows = shopRows): Promise<TestDatabase> {
  const database = await createTestDatabase();
  await database.query(`${shopTables}; ${rows}`);
  return database;
}
