// Records of two identifiers, a pure function of their numbers: of each hundred edges 60 are of many small families, 20 of a
// sparse random graph, 10 of chains of 10,000, 10 of hubs of 2,000 (cookies that so many accounts used; their edges are
// refused). Values are texts as identifiers are.

export async function makeRecords(client) {
  await client.query(`
    create table raw.records (
      record_key text, source text, record_type text, record_id text, seen_at timestamptz, name_key text, account text,
      crm_id text, loyalty_no text, buyer text, order_key text, ticket text, phone text, email text, profile text,
      device text, cookie text, loaded_at timestamptz, batch integer)`);
}

/**
 * Records number `from` to `to` of `total`. Those after the first build hang new identities on old families (half), say what
 * is known again (two fifths), or make two families one.
 */
export async function fillRecords(client, { from, to, batch, total }) {
  const later = from >= total;
  await client.query(`
    insert into raw.records (record_key, source, record_type, record_id, seen_at, account, phone, email, cookie, loaded_at, batch)
    select 'bench:edge:' || i, 'bench', 'edge', i::text, timestamptz '2025-01-01' + i * interval '10 s',
      account, phone, email, cookie, timestamptz '2026-01-01' + ${batch} * interval '1 day', ${batch}
    from (
      select i, ${later ? laterEdge(total) : edge}
      from (select i, (hashint8(i) & 2147483647)::bigint as h, (hashint8(i + 1000000007) & 2147483647)::bigint as g
            from generate_series(${from}::bigint, ${to - 1}::bigint) as i) as numbered
    ) as made`);
  await client.query(`
    create index if not exists records_batch on raw.records (batch);
    create index if not exists records_key on raw.records (record_key);
    create index if not exists records_account on raw.records (account);
    create index if not exists records_loyalty on raw.records (loyalty_no)`);
}

// A family of four edges: an account with a phone, an email and two cookies; every third shares its phone with the next.
const family = (f) => `'E' || (${f})`;
const phone = (n) => `'+849' || lpad((${n})::text, 8, '0')`;
const email = (n) => `'p' || (${n}) || '@mail.example'`;

const edge = `
  case when i % 10 < 6 then ${family('i / 10 * 6 / 4 + (i % 10) / 4')}
       when i % 10 in (6, 7) then 'R' || (h % (i + 20000))
       when i % 10 = 9 then 'H' || i end as account,
  case when i % 10 in (0, 4) then ${phone('i / 20')}
       when i % 10 in (6, 7) then '+847' || lpad((g % (i + 20000))::text, 8, '0')
       when i % 10 = 8 then '+848' || lpad((i / 100000 * 10000 + (i / 10 % 10000 + 1) / 2)::text, 8, '0') end as phone,
  case when i % 10 in (1, 5) then ${email('i / 10 * 10 + (i % 10) / 4')}
       when i % 10 = 8 then 'c' || (i / 100000 * 10000 + i / 10 % 10000 / 2) || '@chain.example' end as email,
  case when i % 10 in (2, 3) then 'k' || i
       when i % 10 = 9 then 'hub' || (i / 20000) end as cookie`;

const laterEdge = (total) => `
  case when i % 10 < 5 then ${family(`h % (${total} * 6 / 40)`)}
       when i % 10 < 9 then ${family(`h % (${total} / 10) * 6 / 4`)} end as account,
  case when i % 10 = 9 then ${phone(`h % (${total} / 20)`)} end as phone,
  case when i % 10 = 9 then ${email(`g % (${total} / 10) * 10`)} end as email,
  case when i % 10 < 5 then 'new' || i
       when i % 10 < 9 then 'k' || (h % (${total} / 10) * 10 + 2) end as cookie`;

/** A million edges of one shape each, encoded already. */
export const shapes = {
  random: `select 1 + (hashint8(i) & 2147483647) % 2000000 as a, 1 + (hashint8(i + 77777777) & 2147483647) % 2000000 as b
    from generate_series(1, 1000000) as i`,
  'chains of 10,000': `select i + i / 10000 as a, i + i / 10000 + 1 as b from generate_series(1, 1000000) as i order by hashint8(i)`,
  hubs: `select 1 + i / 2000 * 2001 as a, 2 + i + i / 2000 as b from generate_series(0, 999999) as i`,
  'small families': `select 1 + i / 4 * 5 as a, 2 + i / 4 * 5 + i % 4 as b from generate_series(0, 999999) as i`,
};
