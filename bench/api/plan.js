// How long a document takes that was never seen: a hundred fields over four levels, under names of their own each time.
import { readFileSync } from 'node:fs';
import { parse, validate } from 'graphql';
import { warmUp } from '../../dist/api/generation/warm-up.js';
import { Planner } from '../../dist/query/planner.js';
import { bindSchema } from '../../dist/schema/bind-schema.js';
import { median } from './processes.js';

const columns = {
  customers:
    'id bigint,name text,email text,phone text?,city text,created_at timestamp with time zone,lifetime_value numeric,churn_risk double precision,nps integer?',
  orders: 'id bigint,customer_id bigint,ordered_at timestamp with time zone,amount numeric,status text',
  touchpoints: 'id bigint,customer_id bigint,occurred_at timestamp with time zone,channel text,stage text',
  segments: 'id integer,key text,name text',
  segment_members: 'segment_id integer,customer_id bigint,ltv numeric',
  scores: 'customer_id bigint,name text,value double precision,computed_at timestamp with time zone',
  metric_daily: 'metric text,day date,dim text,dim_value text,value double precision',
};
const keys = {
  segment_members: ['segment_id', 'customer_id'],
  scores: ['customer_id', 'name'],
  metric_daily: ['metric', 'dim', 'day', 'dim_value'],
};

/** The planner over the benchmark's schema, without a database: planning asks none. */
function planner() {
  const relations = Object.entries(columns).map(([model, list]) => ({
    model,
    nodeId: `model.bench.${model}`,
    schema: 'app',
    name: model,
    kind: 'table',
    estimatedRows: 100_000,
    columns: list.split(',').map((text) => {
      const [, name, type, nullable] = /^(\w+) ([^?]+)(\??)$/.exec(text);
      return { name, type, notNull: nullable === '' };
    }),
    unique: [keys[model] ?? ['id']],
    indexes: [keys[model] ?? ['id'], ['customer_id']],
  }));
  const text = readFileSync(`${import.meta.dirname}/project/schema.graphql`, 'utf8');
  const { schema, errors } = bindSchema([{ file: 'schema.graphql', text }], { relations });
  if (schema === undefined) throw new Error(errors.map(({ message }) => message).join('\n'));
  return new Planner(schema, '1');
}

const leaves = {
  customer: 'id name email phone city createdAt lifetimeValue churnRisk nps'.split(' '),
  touchpoints: 'id occurredAt channel stage'.split(' '),
  orders: 'id orderedAt amount status'.split(' '),
  scores: 'name value computedAt'.split(' '),
  segments: 'id key name'.split(' '),
};

/** A hundred fields: 10 objects and lists, 90 values. */
function newDocument(number) {
  let made = 0;
  const fields = (of, count) =>
    Array.from({ length: count }, () => {
      made += 1;
      return `f${number}_${made}: ${leaves[of][made % leaves[of].length]}`;
    }).join(' ');
  const list = (of, count) => {
    made += 1;
    const argument = of === 'touchpoints' || of === 'orders' ? `(first: ${1 + (number % 20)})` : '';
    return `l${number}_${made}: ${of}${argument} { ${fields(of, count)} }`;
  };
  const member = `m${number}: segments { ${fields('segments', 4)} members(minLtv: 10, first: 5) { customer { ${fields('customer', 10)} ${list('scores', 8)} } } }`;
  const text = `query Q${number}($id: ID!) { customer(id: $id) { ${fields('customer', 20)} ${list('touchpoints', 12)} ${list('orders', 12)} ${list('scores', 12)} ${list('touchpoints', 12)} ${member} } }`;
  return { text, fields: made + 4 };
}

/**
 * Milliseconds of each of a thousand new documents after a hundred that warm the compiler up; of the first as well, as it
 * is in a process that serves: after the documents that the API plans by itself when it starts.
 */
export async function planTimes() {
  const own = planner();
  await warmUp({ schema: own.schema, planner: own }, () => true);
  const plan = [];
  const whole = [];
  let fields = 0;
  for (let number = 0; number < 1_100; number += 1) {
    const document = newDocument(number);
    ({ fields } = document);
    const started = performance.now();
    const parsed = parse(document.text);
    const faults = validate(own.schema, parsed);
    const valid = performance.now();
    const planned = own.plan({ document: parsed, variables: { id: '5' } });
    const done = performance.now();
    if (faults.length > 0 || planned.kind !== 'statement') throw new Error(String(faults[0] ?? planned.kind));
    plan.push(done - valid);
    whole.push(done - started);
  }
  const [first] = plan;
  const warm = (times) => times.slice(100).sort((a, b) => a - b);
  return {
    fields,
    first,
    median: median(warm(plan)),
    p99: warm(plan)[990],
    withParsing: { first: whole[0], median: median(warm(whole)), p99: warm(whole)[990] },
  };
}
