import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkExperiments } from './checks/experiments.js';
import { checkForecasts } from './checks/forecasts.js';
import { checkRoots } from './checks/roots.js';
import { checkSegments } from './checks/segments.js';
import { checkWhyApi } from './checks/why-api.js';
import { checkWhy } from './checks/why.js';
import { pairwise, putAnswers } from './support/pairs.js';
import { createWarehouse, csvFile, truth, type Rows, type Warehouse } from './support/warehouse.js';

let warehouse: Warehouse;
let printed: string;

const rows: Rows = (sql, values) => warehouse.database.query(sql, values && [...values]);
const number = async (sql: string): Promise<number> => Number(Object.values((await rows(sql))[0] ?? {})[0]);

beforeAll(async () => {
  warehouse = await createWarehouse();
  await warehouse.thau('sample', 'load');
  printed = await warehouse.thau('build');
  await putAnswers(warehouse.database);
}, 600_000);

afterAll(async () => {
  await warehouse.database.drop();
});

test('the sample becomes a published generation, and every test of the project passes', () => {
  expect(printed).toMatch(/published generation 1/);
});

test('a build over the same data builds nothing', async () => {
  const again = await warehouse.thau('build');
  expect(again).toMatch(/\d+ carried forward/);
  expect(again).not.toMatch(/\d+ built/);
}, 300_000);

describe('identity, against the truth of the sample', () => {
  test('pairs of records are tied as they should be', async () => {
    const { precision, recall } = await pairwise(warehouse.database);
    console.log(`identity: precision ${precision.toFixed(4)}, recall ${recall.toFixed(4)}`);
    expect(precision).toBeGreaterThanOrEqual(0.995);
    expect(recall).toBeGreaterThanOrEqual(0.97);
  });

  test('families that share a phone stay apart', async () => {
    expect(
      await number(`
        select count(*) from (
          select i.customer_id
          from unified.identities as i
          join answered as a using (customer_id)
          where i.identifier_type = 'phone' and i.is_shared and a.relation in ('loyalty.members', 'crm.contacts')
          group by i.customer_id
          having count(distinct a.person_id) > 1
        ) as mixed`),
    ).toBe(0);
  });

  test('anonymous browsing is filled back to the person who signed in later', async () => {
    expect(
      await number(`
        select count(*)
        from unified.web_events as e
        join unified.identities as i on i.identity_id = 'cookie:' || e.anonymous_id
        join unified.identities as a on a.customer_id = i.customer_id and a.identifier_type = 'account'
        where e.account_id is null and e.occurred_at < a.first_seen_at and e.customer_id = i.customer_id`),
    ).toBeGreaterThan(100);
  });

  test('fillers, hotlines and the shop’s own phone are nobody', async () => {
    expect(
      await rows(`
        select identifier_value from unified.identities
        where identifier_value ~ '^\\+841[89]00' or identifier_value ~ '(\\d)\\1{6}$' or identifier_value ~ '^test@'`),
    ).toEqual([]);
  });

  test('why_same gives the path of evidence between two identities', async () => {
    const [row] = await rows(`
      select functions.why_same(a.identity_id, b.identity_id) as path, a.identity_id as a, b.identity_id as b
      from unified.identities as a
      join unified.identities as b using (customer_id)
      where a.distance = 2 and b.distance = 2 and a.tied_to <> b.tied_to and a.identity_id < b.identity_id
      order by a.identity_id, b.identity_id limit 1`);
    const path = row?.['path'] as { from: string; to: string; record: string; evidence: number }[];
    expect(path[0]?.from).toBe(row?.['a']);
    expect(path.at(-1)?.to).toBe(row?.['b']);
    path.slice(1).forEach((step, index) => expect(step.from).toBe(path[index]?.to));
    expect(path.every((step) => step.record !== '' && step.evidence >= 1)).toBe(true);
  });

  test('a customer is found by what is known of them, whoever shares it', async () => {
    const [row] = await rows(`
      select count(*)::int as missing
      from unified.identities as i
      join unified.customers as c using (customer_id)
      where i.identifier_type in ('email', 'phone')
        and (c.search @@ (quote_literal(ltrim(i.identifier_value, '+')) || ':*')::tsquery) is not true`);
    expect(row).toEqual({ missing: 0 });
    const unfound = await rows(`
      select order_id from unified.orders join unified.customers as c using (customer_id)
      where (c.search @@ (quote_literal(lower(order_number)) || ':*')::tsquery) is not true`);
    expect(unfound).toEqual([]);
  });

  test('why_same of two people is null', async () => {
    expect(
      await rows(`
        select functions.why_same(a.identity_id, b.identity_id) as path
        from unified.identities as a
        join unified.identities as b on a.customer_id < b.customer_id
        limit 1`),
    ).toEqual([{ path: null }]);
  });
});

describe('what was planted in the sample is found', () => {
  const planted = truth('effects');
  const found: readonly (readonly [group: string, sql: string])[] = [
    ['nps: late parcel', answers('nps', 'is_late_delivery')],
    ['nps: parcel on time', answers('nps', 'not is_late_delivery')],
    ['csat: reply after 24 h', answers('csat', 'is_slow_reply')],
    ['csat: reply within 24 h', answers('csat', 'not is_slow_reply')],
    ['ces: reopened', answers('ces', 'is_reopened_ticket')],
    ['ces: solved at once', answers('ces', 'not is_reopened_ticket')],
    [
      'parcel late',
      'select avg(is_late::int) as mean, count(*) as n from unified.orders where delivered_at is not null',
    ],
  ];

  test.each(found)('%s', async (group, sql) => {
    const effect = planted.find((row) => row['group'] === group);
    const [row] = await rows(sql);
    expect(Number(row?.['n'])).toBe(Number(effect?.['count']));
    expect(Number(row?.['mean'])).toBeCloseTo(Number(effect?.['observed']), 3);
  });

  test('cheap carts are left because of the shipping fee', async () => {
    const [row] = await rows(`
      select avg((exit_reason = 'shipping_fee')::int) filter (where not has_free_shipping) as cheap,
        avg((exit_reason = 'shipping_fee')::int) filter (where has_free_shipping) as dear
      from metrics.cart_outcomes where is_abandoned and exit_reason is not null`);
    expect(Number(row?.['cheap'])).toBeGreaterThan(3 * Number(row?.['dear']));
  });

  test('men of 35 to 50 come by mail, women of 15 to 25 by social advertisements', async () => {
    const [row] = await rows(`
      select
        avg((first_traffic_channel = 'email')::int) filter (where sex = 'male' and age_band = '35-50') as men,
        avg((first_traffic_channel = 'email')::int) filter (where not (sex = 'male' and age_band = '35-50')) as others,
        avg((first_traffic_channel = 'social_ads')::int) filter (where sex = 'female' and age_band = '15-25') as women,
        avg((first_traffic_channel = 'social_ads')::int)
          filter (where not (sex = 'female' and age_band = '15-25')) as rest
      from unified.customers
      where sex is not null and age_band is not null and first_traffic_channel is not null`);
    expect(Number(row?.['men'])).toBeGreaterThan(2 * Number(row?.['others']));
    expect(Number(row?.['women'])).toBeGreaterThan(2 * Number(row?.['rest']));
  });

  function answers(question: string, condition: string): string {
    return `select avg(score) as mean, count(*) as n from metrics.survey_answers
      where question = '${question}' and ${condition}
        ${question === 'nps' ? "and touchpoint = 'order'" : ''}`;
  }
});

describe('definitions, against numbers counted by hand from the raw files', () => {
  test('NPS is promoters minus detractors over the latest good answers', async () => {
    const kinds = new Map(
      csvFile('seeds/sample/survey/surveys.csv').map((row) => [row['survey_id'], row['kind']]),
    );
    const latest = new Map<string, { at: number; score: number }>();
    for (const row of csvFile('seeds/sample/survey/responses.csv')) {
      const score = Number(row['score']);
      if (kinds.get(row['survey_id']) !== 'nps' || !/^-?\d+$/.test(row['score'] ?? '')) continue;
      if (score < 0 || score > 10) continue;
      const at = Date.parse(row['answered_at'] ?? '');
      const before = latest.get(row['invitation_id'] ?? '');
      if (!before || before.at < at) latest.set(row['invitation_id'] ?? '', { at, score });
    }
    const scores = [...latest.values()].map(({ score }) => score);
    const net = scores.filter((score) => score >= 9).length - scores.filter((score) => score <= 6).length;
    const [row] = await rows(`
      select count(nps_score) as n, sum((nps_score >= 9)::int - (nps_score <= 6)::int) as net
      from metrics.survey_answers`);
    expect({ n: Number(row?.['n']), net: Number(row?.['net']) }).toEqual({ n: scores.length, net });
  });

  test('time to resolution runs from creation to the last solution', async () => {
    const events = csvFile('seeds/sample/support/ticket_events.csv');
    const tickets = new Map<string, Record<string, string>>();
    for (const row of csvFile('seeds/sample/support/tickets.csv')) {
      const before = tickets.get(row['ticket_id'] ?? '');
      if (!before || (before['updated_at'] ?? '') < (row['updated_at'] ?? ''))
        tickets.set(row['ticket_id'] ?? '', row);
    }
    const hours: number[] = [];
    for (const [id, ticket] of tickets) {
      if (!['solved', 'closed'].includes(ticket['status'] ?? '')) continue;
      const own = events.filter((event) => event['ticket_id'] === id);
      const last = (type: string): number =>
        Math.max(
          ...own.filter((e) => e['event_type'] === type).map((e) => Date.parse(e['occurred_at'] ?? '')),
        );
      if (!Number.isFinite(last('solved')) || last('reopened') > last('solved')) continue;
      hours.push((last('solved') - Date.parse(ticket['created_at'] ?? '')) / 3_600_000);
    }
    hours.sort((a, b) => a - b);
    const middle = hours.length / 2;
    const median =
      hours.length % 2 === 1
        ? (hours[Math.floor(middle)] ?? 0)
        : ((hours[middle - 1] ?? 0) + (hours[middle] ?? 0)) / 2;
    const [row] = await rows(`
      select count(*) as n, percentile_cont(0.5) within group (order by hours_to_resolution) as median,
        avg(hours_to_resolution) as mean
      from metrics.ticket_resolutions where solved_at is not null`);
    expect(Number(row?.['n'])).toBe(hours.length);
    expect(Number(row?.['median'])).toBeCloseTo(median, 3);
    expect(Number(row?.['mean'])).toBeCloseTo(hours.reduce((sum, hour) => sum + hour, 0) / hours.length, 3);
  });

  test('a purchase is completed and collected: refused, returned and cancelled orders bring nothing', async () => {
    const latest = new Map<string, Record<string, string>>();
    for (const row of csvFile('seeds/sample/ecommerce/orders.csv')) {
      const key = `${row['channel'] ?? ''}:${row['order_id'] ?? ''}`;
      const before = latest.get(key);
      if (!before || (before['updated_at'] ?? '') < (row['updated_at'] ?? '')) latest.set(key, row);
    }
    const completed = [...latest.values()].filter((row) => row['status'] === 'completed').length;
    expect(
      await number("select count(*) from unified.orders where source = 'ecommerce' and is_purchase"),
    ).toBe(completed);
    expect(await number('select count(*) from unified.orders where revenue > 0 and not is_purchase')).toBe(0);
  });

  test('people buy as often as the truth says, but for orders of the last days that are still to come back', async () => {
    const total = truth('people').reduce((sum, person) => sum + Number(person['purchases']), 0);
    const counted = await number('select count(*) from unified.orders where is_purchase');
    expect(Math.abs(counted - total)).toBeLessThanOrEqual(0.002 * total);
  });

  test('nobody is in a marketing segment without consent to it', async () => {
    expect(
      await number(`
        select count(*) from segments.segment_members as m
        join segments.segments as s using (segment_id)
        join metrics.customer_features as f using (customer_id)
        where s.purpose = 'marketing' and m.left_at is null and not f.has_marketing_consent`),
    ).toBe(0);
    expect(
      await number("select member_count from segments.segments where segment_id = 'win_back'"),
    ).toBeGreaterThan(10);
  });

  test('three segments have members', async () => {
    const sizes = await rows('select segment_id, member_count from segments.segments order by 1');
    expect(sizes.map((row) => row['segment_id'])).toEqual(['champions', 'unhappy', 'win_back']);
    for (const row of sizes) expect(Number(row['member_count'])).toBeGreaterThan(0);
  });
});

checkExperiments(rows);
checkRoots(() => warehouse);
checkSegments(() => warehouse);
checkWhy(rows);
checkForecasts(rows);
checkWhyApi(() => warehouse, rows);
