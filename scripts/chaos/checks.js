import { startThau } from './thau.js';
import { batch, histories, makeProject, rawTables, relations } from './project.js';
import pg from 'pg';

/** The tables after all attacks, beside those of a build that nobody disturbed over the same raw rows. */
export async function compareWithCleanBuild({ server, version }) {
  const found = [];
  await server.createDatabase('clean');
  const url = server.urlOf('clean');
  const clean = new pg.Client({ connectionString: url });
  await clean.connect();
  const project = makeProject();
  try {
    await clean.query(rawTables);
    for (let number = 1; number <= version; number++) await clean.query(batch(number));
    project.seed(version);
    const { code, text } = await startThau(['build'], { cwd: project.path, url }).ended;
    if (code !== 0) return [`the clean build failed:\n${text}`];
    const attacked = new pg.Client({ connectionString: server.urlOf('chaos') });
    await attacked.connect();
    for (const name of relations.filter((one) => !(one in histories))) {
      const hash = `select count(*)::int as rows, md5(string_agg(x::text, E'\\n' order by x::text)) as hash from public.${name} as x`;
      const [one, other] = await Promise.all([attacked.query(hash), clean.query(hash)]);
      const [mine, theirs] = [one.rows[0], other.rows[0]];
      if (mine.rows !== theirs.rows || mine.hash !== theirs.hash) {
        found.push(
          `${name} has ${mine.rows} rows (${mine.hash}), a clean build ${theirs.rows} (${theirs.hash})`,
        );
      }
    }
    await attacked.end();
    return found;
  } finally {
    await clean.end();
    project.remove();
  }
}

/** Each snapshot must tell of each customer what the published batches showed, one after the other. */
export async function findWrongHistory(arena) {
  const chain = arena.chains.get(arena.generation);
  const found = [];
  for (const [name, column] of Object.entries(histories)) {
    const rows = await arena.sql(
      `with shown as (
           select c.batch, t.customer_id,
                  (select ${column} from chaos.tiers as x where x.customer_id = t.customer_id and x.version <= c.batch
                   order by x.version desc limit 1) as value
           from unnest($1::int[]) as c (batch) cross join (select distinct customer_id from chaos.tiers) as t
       ), changes as (
           select customer_id, batch, value,
                  lag(value) over (partition by customer_id order by batch) is distinct from value as changed
           from shown
       ), wanted as (
           select customer_id, array_agg(value order by batch) as seen from changes where changed group by 1
       ), found as (
           select customer_id, array_agg(${column} order by dbt_valid_from, dbt_valid_to nulls last) as seen,
                  count(*) filter (where dbt_valid_to is null) as open
           from public.${name} group by 1
       )
       select customer_id, w.seen as wanted, f.seen as told, f.open
       from wanted as w full join found as f using (customer_id)
       where w.seen is distinct from f.seen or f.open <> 1 order by 1 limit 3`,
      [chain],
    );
    for (const { customer_id, wanted, told, open } of rows) {
      found.push(`${name} of customer ${customer_id} tells ${told} (${open} open), published were ${wanted}`);
    }
  }
  return found;
}

/** What dead runs left behind, and publishes that ran into each other. */
export async function findLeftovers(arena) {
  const found = [];
  const look = async (what, text) => {
    for (const row of await arena.sql(text)) found.push(`${what}: ${JSON.stringify(row)}`);
  };
  await look(
    'a relation that no kept generation shows',
    `with shared as (
         select t.table_schema, n.name, v.relation_schema, v.relation_name
         from thau.versioned_tables as t join thau.versioned_views as v using (table_schema, table_name)
              cross join lateral (values (t.table_name), (t.superseded_name)) as n (name)
     )
     select relation_schema, relation_name, run_id from thau.relations as r where relation_kind <> 'schema'
       and not exists (select from shared as s join thau.mapping as m using (relation_schema, relation_name)
                            join thau.generations as g using (generation)
                       where g.retired_at is null and s.table_schema = r.relation_schema and s.name = r.relation_name)
       and not exists (select from thau.mapping as m join thau.generations as g using (generation)
                       where g.retired_at is null and m.relation_schema = r.relation_schema
                         and m.relation_name = r.relation_name) limit 3`,
  );
  await look(
    'a schema that nothing is in',
    `select nspname from pg_namespace as n where nspname like '%\\_\\_r%'
       and not exists (select from pg_class as c where c.relnamespace = n.oid) limit 3`,
  );
  await look(
    'a relation in a schema of runs that thau knows nothing of',
    `select nspname, relname from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
     where nspname like '%\\_\\_r%' and relkind in ('r', 'v', 'm')
       and not exists (select from thau.relations as r where r.relation_schema = nspname and r.relation_name = relname)
     limit 3`,
  );
  await look('a run that ended and goes on', `select run_id from thau.runs where state = 'running'`);
  await look('a request nobody answered', `select * from thau.requests where state in ('waiting', 'taken')`);
  await look('a lease of nobody', 'select * from thau.leases');
  await look(
    'a view that lags behind',
    'select name from thau.stable_views where lagging_since is not null or next_since is not null',
  );
  await look(
    'two publishes that ran into each other',
    `select a.run_id, b.run_id as other from thau.runs as a
     join thau.generations as x on x.run_id = a.run_id
     join thau.runs as b on b.run_id > a.run_id
     join thau.generations as y on y.run_id = b.run_id
     where b.started_at < x.published_at or y.published_at < x.published_at`,
  );
  return found;
}
