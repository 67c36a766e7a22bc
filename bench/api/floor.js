// The floor: the least that answers the same. node:http, pg, one hand-written statement a request under a name of its
// own, its JSON passed through; it checks a key as thau does (a hash in memory) and pins the generation as thau does.
import { hash } from 'node:crypto';
import { createServer } from 'node:http';
import pg from 'pg';

const [, , port, url, key, state = 'thau'] = process.argv;
const pool = new pg.Pool({
  connectionString: url,
  max: 10,
  idleTimeoutMillis: 0,
  application_name: 'floor',
  options: '-c timezone=UTC -c jit=off',
});
const keys = new Map([[hash('sha256', key, 'base64'), { name: 'bench' }]]);
const generation = String((await pool.query(`select generation from ${state}.pointer`)).rows[0].generation);

const list = (from) => `(select '['||coalesce(string_agg(j,','),'')||']' from (${from}) q)`;
const pinned = (data) =>
  `select p.generation::text, case when p.generation = $1::bigint then ${data} end from ${state}.pointer p`;

const statements = {
  C: {
    name: 'customer360',
    values: ({ id }) => [id],
    text: pinned(`'{"customer":'||coalesce((select '{"id":"'||c.id::text||'","name":'||to_json(c.name)::text||',"email":'||to_json(c.email)::text
      ||',"phone":'||coalesce(to_json(c.phone)::text,'null')||',"city":'||to_json(c.city)::text||',"createdAt":'||to_json(c.created_at)::text
      ||',"lifetimeValue":"'||c.lifetime_value::text||'","churnRisk":'||c.churn_risk::text||',"nps":'||coalesce(c.nps::text,'null')
      ||',"touchpoints":'||${list(`select '{"id":"'||t.id::text||'","occurredAt":'||to_json(t.occurred_at)::text||',"channel":'||to_json(t.channel)::text||',"stage":'||to_json(t.stage)::text||'}' as j
          from app.touchpoints t where t.customer_id = c.id order by t.occurred_at desc, t.id desc limit 20`)}
      ||',"orders":'||${list(`select '{"id":"'||o.id::text||'","orderedAt":'||to_json(o.ordered_at)::text||',"amount":"'||o.amount::text||'","status":'||to_json(o.status)::text||'}' as j
          from app.orders o where o.customer_id = c.id order by o.ordered_at desc, o.id desc limit 10`)}
      ||',"scores":'||${list(`select '{"name":'||to_json(s.name)::text||',"value":'||s.value::text||',"computedAt":'||to_json(s.computed_at)::text||'}' as j
          from app.scores s where s.customer_id = c.id order by s.name`)}
      ||',"segments":'||${list(`select '{"id":"'||g.id::text||'","key":'||to_json(g.key)::text||',"name":'||to_json(g.name)::text||'}' as j
          from app.segment_members m join app.segments g on g.id = m.segment_id where m.customer_id = c.id order by g.id`)}
      ||'}' from app.customers c where c.id = $2::bigint),'null')||'}'`),
  },
  S: {
    name: 'segment_list',
    values: ({ segment, min }) => [segment, min],
    text: pinned(
      `'{"segment":{"members":'||${list(`select '{"customer":{"id":"'||c.id::text||'","name":'||to_json(c.name)::text||',"email":'||to_json(c.email)::text
          ||',"city":'||to_json(c.city)::text||',"lifetimeValue":"'||c.lifetime_value::text||'","churnRisk":'||c.churn_risk::text
          ||',"scores":'||${list(`select '{"name":'||to_json(s.name)::text||',"value":'||s.value::text||'}' as j from app.scores s where s.customer_id = c.id order by s.name`)}
          ||',"touchpoints":'||${list(`select '{"occurredAt":'||to_json(t.occurred_at)::text||',"channel":'||to_json(t.channel)::text||',"stage":'||to_json(t.stage)::text||'}' as j
              from app.touchpoints t where t.customer_id = c.id order by t.occurred_at desc, t.id desc limit 3`)}
          ||'}}' as j
          from app.segment_members m join app.customers c on c.id = m.customer_id
          where m.segment_id = $2::int and m.ltv >= $3::numeric order by m.ltv desc, m.customer_id limit 50`)}||'}}'`,
    ),
  },
  M: {
    name: 'metric_rows',
    values: ({ name, from, to }) => [name, from, to],
    text: pinned(
      `'{"metric":'||${list(`select '{"day":"'||d.day::text||'","dimValue":'||to_json(d.dim_value)::text||',"value":'||d.value::text||'}' as j
          from app.metric_daily d where d.metric = $2::text and d.dim = 'channel' and d.day between $3::date and $4::date order by d.day, d.dim_value`)}||'}'`,
    ),
  },
};

createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', async () => {
    const text = request.headers.authorization?.slice('Bearer '.length) ?? '';
    if (!keys.has(hash('sha256', text, 'base64'))) {
      response.writeHead(401).end();
      return;
    }
    const { query, variables } = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    const statement = statements[query.slice(6, 7)];
    const { rows } = await pool.query({
      name: statement.name,
      text: statement.text,
      values: [generation, ...statement.values(variables)],
      rowMode: 'array',
    });
    const body = `{"data":${rows[0][1]}}\n`;
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  });
}).listen(Number(port), '127.0.0.1', () => console.log('listening'));
