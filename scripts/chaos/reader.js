// One reader in a process of its own: reads every relation again and again, in one of five ways, and tells its parent
// what it saw. Forked with the way, the database's address and the API's.
import { createHash } from 'node:crypto';
import pg from 'pg';
import { histories, measure, relations } from './project.js';

const [way, databaseUrl, apiUrl] = process.argv.slice(2);
const seen = { way, reads: 0, again: 0, lagging: 0, connectionErrors: 0, errors: [], mixed: [], lost: [] };
let stopping = false;
/** While the postmaster is killed, broken connections are what a reader has to expect. */
let mayBreak = false;
let client;
const expected = new Map();

/** What is asked over HTTP: the newest batch, the rows and their sum of every relation. */
const fields = relations.map((name) => {
  const field = name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
  const where = name in histories ? '(filter: { dbtValidTo: { isNull: true } })' : '';
  return `${field}: ${field}Aggregate${where} { count max { marker } sum { amount } }`;
});

/** Views that could not be switched say so: what they show is late, and told. */
const laggingViews = `select 'lagging ' || name, null, null, null from thau.stable_views where lagging_since is not null`;

process.on('message', (message) => {
  if (message === 'stop') stopping = true;
  if (message === 'connections may break') mayBreak = true;
});

const ways = {
  'stable views, read committed': oneStatement,
  'stable views, repeatable read': oneTransaction,
  'API statements, read committed': statement,
  'API statements, repeatable read': statementsOfOneSnapshot,
  'API over HTTP': http,
};
await connection();
while (!stopping) {
  try {
    const began = performance.now();
    const found = await ways[way]();
    if (found === undefined) continue;
    seen.reads += 1;
    await judge(found);
    // readers that take every core would leave none to what they are to disturb
    const pause = 10 + (performance.now() - began);
    await new Promise((done) => setTimeout(done, pause));
  } catch (error) {
    if (mayBreak && isConnectionError(error)) {
      seen.connectionErrors += 1;
      await client?.end().catch(() => undefined);
      client = undefined;
      await new Promise((done) => setTimeout(done, 20));
    } else if (error.code === '40001' && way.startsWith('stable views')) {
      // a transaction that began before a publish is asked to begin again: that is the contract
      seen.again += 1;
      await client.query('rollback');
    } else {
      // a reader that only fails would fill the memory with its complaints
      if (seen.errors.push(`${error.code ?? ''} ${error.message}`) > 100) stopping = true;
      await client?.query('rollback').catch(() => undefined);
    }
  }
}
await client?.end().catch(() => undefined);
process.send(seen);
process.disconnect();

async function connection() {
  if (client === undefined) {
    const made = new pg.Client({ connectionString: databaseUrl, application_name: 'chaos reader' });
    made.on('error', () => undefined);
    await made.connect();
    client = made;
  }
  return client;
}

async function oneStatement() {
  const text = relations.map((name) => measure(name, `public.${name}`)).join(' union all ');
  const { rows } = await (await connection()).query(`${text} union all ${laggingViews}`);
  return rows;
}

async function oneTransaction() {
  const open = await connection();
  await open.query('begin isolation level repeatable read');
  const found = [];
  // another order each time: no order of locks suits a publish by luck
  for (const name of [...relations].sort(() => Math.random() - 0.5)) {
    found.push(...(await open.query(measure(name, `public.${name}`))).rows);
  }
  found.push(...(await open.query(laggingViews)).rows);
  await open.query('commit');
  return found;
}

/** The present mapping, and the statement that reads it and gives nothing when the pointer has moved, as the API's. */
async function planned(open) {
  const { rows: mapping } = await open.query(
    `select m.generation, m.name, format('%I.%I', m.relation_schema, m.relation_name) as relation
     from thau.mapping as m join thau.pointer as p using (generation)`,
  );
  const of = new Map(mapping.map(({ name, relation }) => [name, relation]));
  const shown = relations.map((name) => measure(name, of.get(name))).join(' union all ');
  const text = `select case when p.generation = $1::bigint then (select json_agg(x) from (${shown}) as x) end as data
                from thau.pointer as p`;
  // named and parsed once, as the API does, so that a kept plan of a relation that went is tried too
  const name = createHash('sha1').update(shown).digest('hex');
  return { name, text, values: [mapping[0].generation] };
}

async function statement() {
  const open = await connection();
  const plan = await planned(open);
  try {
    const { rows } = await open.query(plan);
    if (rows[0].data === null) seen.again += 1;
    return rows[0].data ?? undefined;
  } catch (error) {
    // relation gone, plan changed: the pointer has moved, and the statement is planned again
    if (!['42P01', '3F000', '0A000', 'XX000'].includes(error.code)) throw error;
    seen.again += 1;
    return undefined;
  }
}

/** In one snapshot the pointer stands still: the statement has to give the same again, whatever is published meanwhile. */
async function statementsOfOneSnapshot() {
  const open = await connection();
  await open.query('begin isolation level repeatable read');
  const plan = await planned(open);
  const found = [];
  for (let time = 1; time <= 2; time++) {
    if (time > 1) await new Promise((done) => setTimeout(done, Math.random() * 60));
    const { rows } = await open.query(plan);
    found.push(...rows[0].data);
  }
  await open.query('commit');
  return found;
}

async function http() {
  const answer = await fetch(apiUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: `{ ${fields.join(' ')} }` }),
  });
  const body = await answer.text();
  if (answer.status !== 200 || body.includes('"errors"')) {
    throw Object.assign(new Error(body), { code: String(answer.status), http: true });
  }
  return Object.entries(JSON.parse(body).data).map(([field, [{ count, max, sum }]]) => ({
    name: field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    marker: Number(max.marker),
    rows: Number(count),
    amount: Number(sum.amount),
  }));
}

async function judge(found) {
  const lagging = found.filter(({ name }) => name.startsWith('lagging ')).map(({ name }) => name.slice(8));
  const shown = found.filter(({ name }) => !name.startsWith('lagging '));
  if (lagging.length > 0) {
    seen.lagging += 1;
    return;
  }
  const markers = new Set(shown.map(({ marker }) => marker));
  if (markers.size !== 1) {
    seen.mixed.push(shown.map(({ name, marker }) => `${name} ${marker}`).join(', '));
    return;
  }
  const [marker] = markers;
  const wanted = await expectation(marker);
  for (const { name, rows, amount } of shown) {
    const want = wanted.get(name);
    if (want?.rows !== rows || want.amount !== amount) {
      seen.lost.push(
        `${name} at ${marker}: ${rows} rows, ${amount} instead of ${want?.rows}, ${want?.amount}`,
      );
    }
  }
}

async function expectation(marker) {
  const known = expected.get(marker);
  if (known) return known;
  // over the connection there is: PostgreSQL may refuse a new one while the disk is full (it writes a file of its own)
  const { rows } = await (
    await connection()
  ).query('select name, rows, amount from chaos.expected where version = $1', [marker]);
  const made = new Map(rows.map((row) => [row.name, row]));
  expected.set(marker, made);
  return made;
}

function isConnectionError(error) {
  const text = `${error.code ?? ''} ${error.message}`;
  if (error.http) return /"(UNAVAILABLE|BUSY)"|^503/.test(text);
  return /^(57P0\d|08\d{3}|ECONN|EPIPE)|terminated|closed|not queryable|connection/i.test(text);
}
