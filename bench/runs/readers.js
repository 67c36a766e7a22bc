// Readers that ask without a pause while generations are published: statements as the API makes them, and the stable
// views at both isolation levels. Says at the end how many reads there were, errors, and answers of two generations.
import pg from 'pg';

const [url, count] = process.argv.slice(2);
const seen = { reads: 0, errors: 0, retries: 0, mixed: 0 };
let stopped = false;
process.stdin.on('end', () => (stopped = true)).resume();

const names = await withClient(async (client) => {
  const { rows } = await client.query(
    `select schema_name as schema, name, node_id from thau.mapping
     where generation = (select generation from thau.pointer) order by node_id desc`,
  );
  return rows.filter(({ name }) => Number(name.split('_')[1]) >= rows.length - Number(count));
});
console.log('{}');
await Promise.all([api(), views('read committed'), views('repeatable read'), views('repeatable read', 20)]);
console.log(JSON.stringify(seen));

/** Finds the relations of the generation, reads them with the pointer in one statement, and looks again when it moved. */
async function api() {
  await withClient(async (client) => {
    while (!stopped) {
      const some = pick(5);
      const { rows } = await client.query(
        `select generation, relation_schema as schema, relation_name as name from thau.mapping
         where generation = (select generation from thau.pointer) and node_id = any ($1)`,
        [some.map((one) => one.node_id)],
      );
      try {
        const answer = await client.query(
          `select p.generation, case when p.generation = ${rows[0].generation} then (select array_agg(distinct stamp) from (${stamps(rows)}) as s) end as stamps
           from thau.pointer as p`,
        );
        note(answer.rows[0].stamps ?? []);
      } catch (error) {
        // the relation of an earlier generation is gone: the pointer moved
        if (error.code === '42P01' || /could not open relation/.test(error.message)) seen.retries += 1;
        else fail(error);
      }
    }
  });
}

async function views(isolation, statements = 1) {
  await withClient(async (client) => {
    while (!stopped) {
      const some = pick(5);
      try {
        await client.query(`begin isolation level ${isolation}`);
        for (let at = 0; at < statements; at++) {
          const answer = await client.query(
            `select array_agg(distinct stamp) as stamps from (${stamps(some)}) as s`,
          );
          note(answer.rows[0].stamps);
        }
        await client.query('commit');
      } catch (error) {
        await client.query('rollback');
        if (error.code === '40001') seen.retries += 1;
        else fail(error);
      }
    }
  });
}

function stamps(places) {
  return places
    .map(({ schema, name }) => `(select stamp from "${schema}"."${name}" limit 1)`)
    .join(' union all ');
}

function pick(wanted) {
  return Array.from({ length: wanted }, () => names[Math.floor(Math.random() * names.length)]);
}

function note(found) {
  seen.reads += 1;
  if (found.length > 1) seen.mixed += 1;
}

function fail(error) {
  seen.errors += 1;
  process.stderr.write(`${error.code} ${error.message}\n`);
}

async function withClient(work) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
