import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import type { Ran } from '../../support/run-thau.js';
import { thauHere } from './thau-here.js';

export interface Shop {
  readonly database: TestDatabase;
  readonly folder: string;
  /** Runs a command, in this process. */
  thau(this: void, ...args: string[]): Promise<Ran>;
  rows(this: void, sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  write(this: void, path: string, text: string): void;
  drop(this: void): Promise<void>;
}

const files: Readonly<Record<string, string>> = {
  'dbt_project.yml':
    "name: shop\nversion: '1'\nprofile: shop\nmodel-paths: [models]\nsnapshot-paths: [snapshots]\n",
  'thau.yml':
    'timezone: Asia/Ho_Chi_Minh\nprivacy:\n  sources: delete\n  deadlines: { correct: 5 }\n  working_days: [monday, tuesday, wednesday, thursday, friday]\n  holidays: holidays\n',
  'models/sources.yml': `sources:
  - name: shop
    schema: raw_shop
    tables:
      - name: contacts
        columns: [{ name: name, config: { meta: { pii: true } } }, { name: address, config: { meta: { pii: true } } }]
      - name: orders
        config: { meta: { erase: { how: pseudonymise, because: the books } } }
        columns:
          - { name: contact_id, config: { meta: { pii: true } } }
          - { name: buyer_email, config: { meta: { pii: true } } }
      - name: lines
        config: { meta: { erase: { how: keep, because: says nothing of a person } } }
      - name: referrals
      - name: notes
`,
  'models/stg_contacts.sql': `select distinct on (contact_id) btrim(contact_id) as contact_id, name,
    lower(btrim(email)) as email, '+84' || right(regexp_replace(phone, '[^0-9]', '', 'g'), 9) as phone, merged_into, address
from {{ source('shop', 'contacts') }} order by contact_id, name`,
  'models/stg_orders.sql': `select lower(channel) || ':' || order_id as order_key, contact_id, buyer_email, amount
from {{ source('shop', 'orders') }}`,
  'models/stg_lines.sql': `select lower(channel) || ':' || order_id || ':' || line_no as line_key,
    lower(channel) || ':' || order_id as order_key, sku from {{ source('shop', 'lines') }}`,
  'models/people.sql': `select contact_id, coalesce(merged_into, contact_id)::text as person from {{ ref('stg_contacts') }}`,
  'models/identities.sql': `with found as (
    select c.*, substring(p.person from '[0-9]+')::bigint as customer_id
    from {{ ref('stg_contacts') }} as c join {{ ref('people') }} as p on c.contact_id = p.contact_id
)
select distinct v.identifier_type || ':' || v.identifier_value || ':' || customer_id as identity_id,
    v.identifier_type, v.identifier_value, customer_id
from found cross join lateral (values ('email', email), ('phone', phone), ('crm_id', contact_id)) as v (identifier_type, identifier_value)
where v.identifier_value is not null`,
  'models/records.sql': `select distinct i.customer_id, i.identifier_value as contact_id from {{ ref('identities') }} as i where i.identifier_type = 'crm_id'`,
  'models/customers.sql': `select r.customer_id, min(c.name) as full_name, min(c.address) as address, count(*) as contact_count
from {{ ref('records') }} as r join {{ ref('stg_contacts') }} as c on r.contact_id = c.contact_id group by r.customer_id`,
  'models/customer_moves.sql': `select substring(contact_id from '[0-9]+')::bigint as previous_customer_id, substring(person from '[0-9]+')::bigint as customer_id
from {{ ref('people') }} where contact_id <> person`,
  'models/contacts.sql': `select c.contact_id, r.customer_id, c.name from {{ ref('stg_contacts') }} as c join {{ ref('records') }} as r on c.contact_id = r.contact_id`,
  'models/orders.sql': `select o.order_key, r.customer_id, o.amount from {{ ref('stg_orders') }} as o
left join {{ ref('records') }} as r on o.contact_id = r.contact_id`,
  'models/lines.sql': `select l.line_key, l.sku, o.amount from {{ ref('stg_lines') }} as l join {{ ref('stg_orders') }} as o on l.order_key = o.order_key`,
  'models/sales.sql': `select count(*) as order_count, sum(amount) as revenue, count(distinct customer_id) as customer_count from {{ ref('orders') }}`,
  'models/visits.sql': `{{ config(materialized='incremental', full_refresh=false) }}
select customer_id, full_name, 'seen'::text as what from {{ ref('customers') }}
{% if is_incremental() %} where customer_id not in (select customer_id from {{ this }}) {% endif %}`,
  'models/mail_log.sql': `{{ config(materialized='incremental', full_refresh=false, incremental_path='versioned', unique_key='mail_key', meta={'erase': 'pseudonymise'}) }}
select identity_id as mail_key, identifier_value as address from {{ ref('identities') }} where identifier_type = 'email'`,
  'models/phone_names.sql': `{{ config(materialized='incremental', full_refresh=false, unique_key=['phone', 'name_key'],
  meta={'erase': {'how': 'pseudonymise', 'names': ['name_key'], 'ended': 'not r.is_current'}}) }}
select phone, lower(name) as name_key, true as is_current from {{ ref('stg_contacts') }}
{% if is_incremental() %} union all
select phone, name_key, false from {{ this }} as known where known.is_current
    and not exists (select from {{ ref('stg_contacts') }} as c where c.phone = known.phone and lower(c.name) = known.name_key) {% endif %}`,
  'models/address_log.sql': `{{ config(materialized='incremental', full_refresh=false, incremental_path='versioned', incremental_strategy='renew',
  unique_key='contact_id') }}
select contact_id, address from {{ ref('contacts') }} join {{ ref('stg_contacts') }} using (contact_id) where address is not null`,
  'macros/get_incremental_renew_sql.sql': `{% macro get_incremental_renew_sql(arg_dict) %}
delete from {{ arg_dict['target_relation'] }} where contact_id in (select contact_id from {{ arg_dict['temp_relation'] }});
insert into {{ arg_dict['target_relation'] }} (contact_id, address) select contact_id, address from {{ arg_dict['temp_relation'] }}
{% endmacro %}`,
  'models/holidays.sql': `select date '2026-02-16' as holiday_from, date '2026-02-20' as holiday_to`,
  'models/tests.yml': `models:
  - { name: stg_contacts, columns: [{ name: contact_id, data_tests: [unique] }] }
  - { name: stg_orders, columns: [{ name: order_key, data_tests: [unique] }] }
  - { name: stg_lines, columns: [{ name: line_key, data_tests: [unique] }] }
  - { name: identities, columns: [{ name: identity_id, data_tests: [unique] }] }
  - { name: customers, columns: [{ name: customer_id, data_tests: [unique] }] }
  - { name: contacts, columns: [{ name: contact_id, data_tests: [unique] }] }
  - { name: orders, columns: [{ name: order_key, data_tests: [unique] }] }
`,
  'snapshots/customer_history.sql': `{% snapshot customer_history %}
{{ config(target_schema='snapshots', unique_key='customer_id', strategy='check', check_cols=['full_name']) }}
select customer_id, full_name from {{ ref('customers') }}
{% endsnapshot %}`,
};

/** An is alone; Bình and Cúc share a phone; Dung was 105 before she was merged into 104. */
const rows = `
create schema raw_shop;
create table raw_shop.contacts (contact_id text not null, name text, email text, phone text, merged_into text, address text);
create table raw_shop.orders (channel text not null, order_id text not null, contact_id text, buyer_email text, amount integer);
create table raw_shop.lines (channel text, order_id text, line_no integer, sku text);
create table raw_shop.referrals (referral_id text, friend_email text, by_contact text);
create table raw_shop.notes (note_id text, body text, tags text[], facts jsonb);
insert into raw_shop.contacts values
  (' CRM101 ', 'Nguyễn Văn Ẩn', ' An.Nguyen@Example.com', '0912 345 678', null, '12 ngõ Lê Lợi'),
  ('CRM102', 'Trần Thị Bình', 'binh@example.com', '0933.111.222', null, null),
  ('CRM103', 'Trần Văn Cúc', 'cuc@example.com', '+84 933 111 222', null, '7 hẻm Cây Me'),
  ('CRM104', 'Lê Thị Dung', 'dung@example.com', '0944555666', null, null),
  ('CRM105', 'Lê Dung', 'dung.le@example.com', '0944555777', 'CRM104', '9 phố Huế');
insert into raw_shop.orders values
  ('Shopee', 'SP0001', 'CRM101', 'an.nguyen@example.com', 100), ('Own', 'OW0001', 'CRM102', null, 200), ('Own', 'OW0002', 'CRM105', null, 300);
insert into raw_shop.lines values ('Shopee', 'SP0001', 1, 'A'), ('Own', 'OW0001', 1, 'B');
insert into raw_shop.referrals values ('R1', 'friend@example.com', 'CRM101'), ('R2', 'AN.NGUYEN@example.com', 'CRM103');
insert into raw_shop.notes values
  ('N1', 'Call an.nguyen@example.com or 0912345678, not an.nguyen@example.com.vn', '{vip,an.nguyen@example.com}', '{"to": "an.nguyen@example.com"}'),
  ('N2', 'Call 0933111222', '{}', '{}');`;

/**
 * A project small enough to be built in a second, with all that an erasure must reach; or a copy of another, as its
 * database is then.
 */
export async function createShop(of?: Shop): Promise<Shop> {
  const database = await createTestDatabase(of?.database);
  if (!of) await database.query(rows);
  const folder = mkdtempSync(join(tmpdir(), 'thau-privacy-'));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  return {
    database,
    folder,
    thau: (...args) => thauHere(args, { cwd: folder, env: { DATABASE_URL: database.url } }),
    rows: (sql, values) => database.query(sql, values),
    write,
    drop: async () => {
      rmSync(folder, { recursive: true, force: true });
      await database.drop();
    },
  };
}

/** Every table of the database, thau's own among them, whose rows or statistics hold a text. */
export async function tablesWith(database: TestDatabase, text: string): Promise<string[]> {
  const tables = await database.query(`
    select format('%I.%I', n.nspname, c.relname) as name from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'm') and n.nspname !~ '^(pg_|information_schema)'`);
  const found: string[] = [];
  for (const { name } of tables) {
    const held = await database.query(
      `select 1 from ${String(name)} as r where position(lower($1) in lower(r::text)) > 0 limit 1`,
      [text],
    );
    if (held.length > 0) found.push(String(name));
  }
  const statistics = await database.query(
    `select schemaname || '.' || tablename as name from pg_stats as s
     where schemaname not like 'pg_%' and position(lower($1) in lower(coalesce(most_common_vals::text, '') || coalesce(histogram_bounds::text, ''))) > 0`,
    [text],
  );
  return [...found, ...statistics.map(({ name }) => `statistics of ${String(name)}`)].sort();
}
