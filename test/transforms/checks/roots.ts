import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  buildClientSchema,
  getIntrospectionQuery,
  Kind,
  OperationTypeNode,
  parse,
  validate,
  type IntrospectionQuery,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Warehouse } from '../support/warehouse.js';
import { serveWarehouse, type WarehouseApi } from '../support/warehouse-api.js';

interface MetricRow {
  readonly period: string;
  readonly value: number;
  readonly previous: number | null;
  readonly n: number;
  readonly lower: number;
  readonly upper: number;
  readonly channel: string | null;
}

const page = (name: string): string =>
  readFileSync(resolve(import.meta.dirname, '../../../docs', name), 'utf8');
/** The table "What can be asked" of docs/api.md: root and question. */
const asked = [...page('api.md').matchAll(/^\| `(\w+)` \| [^|]+ \| `([^`]+)` \|$/gm)].map(
  ([, root = '', query = '']) => ({ root, query }),
);
/** What the page about a customer's view and an editor sends, which its test sends to a smaller shop. */
const sent = [...page('clients/customer-and-segments.md').matchAll(/gql`([^`]+)`/g)].map(
  ([, text = '']) => text,
);

/** What the API is for. */
const promised = {
  customers: ['customer', 'customers', 'customersAggregate'],
  journeys: ['journeys', 'journeyFunnel', 'journeyPaths', 'attribution'],
  segments: ['segments', 'segment', 'previewSegment', 'createSegment', 'segmentOverlap', 'lookalike'],
  metrics: ['metrics', 'metricCatalog', 'metric'],
  feedback: ['feedback', 'feedbackTopics', 'feedbackDrivers', 'insights', 'experiments'],
  warehouse: ['warehouse', 'startRun', 'cancelRun', 'rollback'],
  events: ['runProgress', 'generationPublished', 'metricChanged', 'segmentEntered'],
};

/** The roots of the API, word by word, over the sample that was built: what each answers is counted by hand as well. */
export function checkRoots(warehouse: () => Warehouse): void {
  describe('the roots of the API', () => {
    let api: WarehouseApi;
    const rows = (sql: string): Promise<Record<string, unknown>[]> => warehouse().database.query(sql);
    const one = async (sql: string): Promise<Record<string, unknown>> => (await rows(sql))[0] ?? {};
    const data = <T = Record<string, never>>(query: string): Promise<T> => api.data<T>(query);

    beforeAll(async () => {
      api = await serveWarehouse(warehouse().database);
    });
    afterAll(() => api.stop());

    test('every root that docs/api.md shows is in the schema, and its question is answered', async () => {
      expect(asked.map(({ root }) => root)).toEqual(Object.values(promised).flat());
      const schema = buildClientSchema(await data<IntrospectionQuery>(getIntrospectionQuery()));
      for (const { root, query } of asked) {
        const document = parse(query);
        expect(validate(schema, document), root).toEqual([]);
        const [operation] = document.definitions;
        if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error(query);
        const fields = operation.selectionSet.selections.map((field) =>
          field.kind === Kind.FIELD ? field.name.value : '',
        );
        expect(fields).toEqual([root]);
        if (operation.operation === OperationTypeNode.QUERY)
          expect(await data(query), root).toHaveProperty(root);
      }
      expect(sent).toHaveLength(3);
      for (const text of sent) expect(validate(schema, parse(text)), text).toEqual([]);
    });

    describe('metrics', () => {
      const ask = async (rest: string): Promise<MetricRow[]> =>
        (
          await data<{ metrics: MetricRow[] }>(
            `{ metrics(names: ["nps"], ${rest}) { period value previous n lower upper channel } }`,
          )
        ).metrics;
      const byMonth = `select (date_trunc('month', answered_at, 'Asia/Ho_Chi_Minh'))::text as period, channel,
        count(*)::int as n, 100.0 * avg((nps_score >= 9)::int - (nps_score <= 6)::int) as value
        from metrics.survey_answers where nps_score is not null`;

      test('by grain and dimension are what SQL over the fact counts, with an interval around the value', async () => {
        // groups in which something else was answered count none of it
        const told = (await ask('grain: MONTH, by: ["channel"]')).filter(({ n }) => n > 0);
        const counted = await rows(`${byMonth} group by 1, 2 order by 1, 2`);
        expect(told.length).toBeGreaterThan(10);
        expect(told.map(({ period, channel, n }) => [Date.parse(period), channel, n]).sort()).toEqual(
          counted.map(({ period, channel, n }) => [Date.parse(String(period)), channel, n]).sort(),
        );
        const whole = await one(`select avg(value * n)::float8 as sum from (${byMonth} group by 1, 2) q`);
        const sum = told.reduce((all, { value, n }) => all + value * n, 0) / told.length;
        expect(sum).toBeCloseTo(Number(whole['sum']), 6);
        expect(told.every(({ lower, value, upper, n }) => n < 2 || (lower <= value && value <= upper))).toBe(
          true,
        );
      });

      test('from, to and filter keep what lies in them', async () => {
        const all = await ask('grain: MONTH, by: ["channel"]');
        const [first, second] = [...new Set(all.map(({ period }) => period))].sort();
        const channel = all.find(({ channel: name }) => name !== null)?.channel ?? '';
        const some = await ask(
          `grain: MONTH, by: ["channel"], from: "${first ?? ''}", to: "${second ?? ''}", filter: {channel: ["${channel}"]}`,
        );
        expect(some).toEqual(all.filter((row) => row.period === first && row.channel === channel));
      });

      test('beside the previous period and the previous year', async () => {
        const months = await ask('grain: MONTH');
        const at = new Map(months.map(({ period, value }) => [Date.parse(period), value]));
        const back = (period: string, count: number): number => {
          const local = new Date(Date.parse(period) + 7 * 3_600_000);
          return Date.UTC(local.getUTCFullYear(), local.getUTCMonth() - count, 1) - 7 * 3_600_000;
        };
        const previous = await ask('grain: MONTH, compareTo: PREVIOUS_PERIOD');
        const year = await ask('grain: MONTH, compareTo: PREVIOUS_YEAR');
        const [known] = months.slice(-1);
        for (const row of previous)
          expect(row.previous, row.period).toBe(at.get(back(row.period, 1)) ?? null);
        for (const row of year) expect(row.previous, row.period).toBe(at.get(back(row.period, 12)) ?? null);
        expect(at.has(back(known?.period ?? '', 1))).toBe(true);
      });

      test('every metric of the catalog is answered at each of its grains and by each of its dimensions', async () => {
        const { metricCatalog } = await data<{
          metricCatalog: { name: string; grains: string[]; dimensions: string[] }[];
        }>('{ metricCatalog { name grains dimensions } }');
        expect(metricCatalog.length).toBeGreaterThan(15);
        const fields = metricCatalog.map(
          ({ name, grains, dimensions }, index) => `
            ${grains
              .map(
                (grain) =>
                  `g${index}_${grain}: metrics(names: ["${name}"], grain: ${grain.toUpperCase()}) { value }`,
              )
              .join('\n')}
            d${index}: metrics(names: ["${name}"], grain: ${(grains.at(-1) ?? '').toUpperCase()}, by: ${JSON.stringify(dimensions)}) { value n }`,
        );
        // a request may hold so many roots: ask them in a few
        for (let begin = 0; begin < fields.length; begin += 3) {
          const answer = await data<Record<string, unknown[]>>(
            `{ ${fields.slice(begin, begin + 3).join('\n')} }`,
          );
          expect(Object.values(answer).every((list) => Array.isArray(list))).toBe(true);
        }
        const silent = await data<{ metrics: { metric: string }[] }>(
          `{ metrics(names: ${JSON.stringify(metricCatalog.filter(({ grains }) => grains.includes('month')).map(({ name }) => name))}, grain: MONTH) { metric } }`,
        );
        expect(new Set(silent.metrics.map(({ metric }) => metric)).size).toBeGreaterThan(15);
      });

      test('metric(name) tells definition, formula, unit, window, owner, source, freshness, lineage and SQL', async () => {
        const { metric } = await data<{
          metric: Record<string, unknown> & { lineage: string[]; sql: string };
        }>(`{
          metric(name: "nps") { name label description type formula unit interval window leftOut owner source
            model { name } inputs grains dimensions freshness staleSince lineage sql } }`);
        const { published_at: built } = await one(
          `select to_json(g.published_at) #>> '{}' as published_at from thau.mapping m join thau.pointer p using (generation)
           join thau.generations g on g.run_id = m.built_by where m.name = 'survey_answers'`,
        );
        expect(metric).toMatchObject({
          name: 'nps',
          type: 'derived',
          unit: 'points',
          interval: 'nps',
          model: { name: 'survey_answers' },
          inputs: expect.arrayContaining(['nps_n']) as string[],
          freshness: built,
          staleSince: null,
        });
        for (const word of ['label', 'description', 'formula', 'source', 'leftOut'] as const) {
          expect(metric[word], word).toEqual(expect.stringMatching(/\w/));
        }
        // every word of the catalog is said of every metric that a person is shown
        const { metricCatalog } = await data<{ metricCatalog: Record<string, unknown>[] }>(
          '{ metricCatalog { name label description formula unit window owner source } }',
        );
        const shown = metricCatalog.filter(({ label }) => label !== null);
        const unsaid = (word: string): unknown[] =>
          shown.filter((item) => item[word] === null).map(({ name }) => name);
        expect(['description', 'formula', 'unit', 'window', 'owner', 'source'].map(unsaid)).toEqual([
          [],
          [],
          [],
          [],
          [],
          [],
        ]);
        expect(metric.lineage).toEqual(
          expect.arrayContaining(['survey_answers', 'stg_survey__responses', 'survey.responses']),
        );
        expect(metric.lineage).not.toContain('segments');
        // the SQL that is shown is the SQL that answers
        const shownSql = await rows(
          metric.sql
            .replaceAll(/\bfrom survey_answers\b/g, 'from metrics.survey_answers')
            .replaceAll("'UTC'", "'Asia/Ho_Chi_Minh'"),
        );
        const days = await ask('grain: DAY');
        expect(shownSql.map(({ value }) => value).sort()).toEqual(days.map(({ value }) => value).sort());
      });
    });

    describe('journeys', () => {
      test('the funnel tells who came, what share went on, who dropped off, and how long it took', async () => {
        const { journeyFunnel } = await data<{ journeyFunnel: Record<string, number | string | null>[] }>(
          '{ journeyFunnel { stage position entered reached conversion dropOffCount dropOff medianHours firstQuartileHours thirdQuartileHours } }',
        );
        expect(journeyFunnel.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6, 7]);
        const counted = await rows(`select stage_position, count(*)::int as n,
            percentile_cont(0.5) within group (order by hours) as median
          from (select stage_position, extract(epoch from in_order_at
              - lag(in_order_at) over (partition by journey_id order by stage_position)) / 3600 as hours
            from unified.journey_stages where in_order_at is not null) s group by 1 order by 1`);
        journeyFunnel.forEach((stage, index) => {
          const next = journeyFunnel[index + 1];
          expect(stage['entered']).toBe(counted[index]?.['n']);
          if (next === undefined) expect(stage['dropOff']).toBeNull();
          else {
            expect(Number(stage['dropOffCount'])).toBe(Number(stage['entered']) - Number(next['entered']));
            expect(Number(stage['dropOff']) + Number(next['conversion'])).toBeCloseTo(100, 3);
          }
          if (index === 0) return;
          expect(Number(stage['medianHours'])).toBeCloseTo(Number(counted[index]?.['median']), 2);
          expect(Number(stage['firstQuartileHours'])).toBeLessThanOrEqual(Number(stage['medianHours']));
          expect(Number(stage['medianHours'])).toBeLessThanOrEqual(Number(stage['thirdQuartileHours']));
        });
      });

      test('paths are nodes and links that flow into each other', async () => {
        const { journeyPaths } = await data<{
          journeyPaths: {
            nodes: { nodeId: string; step: number; journeyCount: number; endedCount: number }[];
            links: {
              step: number;
              source: string;
              target: string | null;
              toChannel: string | null;
              journeyCount: number;
            }[];
          };
        }>(`{ journeyPaths { nodes { nodeId step journeyCount endedCount }
          links { step source target toChannel journeyCount } } }`);
        const { nodes, links } = journeyPaths;
        const sum = (some: readonly { journeyCount: number }[]): number =>
          some.reduce((all, { journeyCount }) => all + journeyCount, 0);
        const last = Math.max(...nodes.map(({ step }) => step));
        expect(last).toBe(6);
        for (const { nodeId, step, journeyCount, endedCount } of nodes) {
          const out = links.filter(({ source }) => source === nodeId);
          expect(sum(out)).toBe(journeyCount);
          expect(sum(out.filter(({ toChannel }) => toChannel === null))).toBe(endedCount);
          if (step > 1) expect(sum(links.filter(({ target }) => target === nodeId))).toBe(journeyCount);
        }
        const known = new Set(nodes.map(({ nodeId }) => nodeId));
        expect(links.every(({ target }) => target === null || known.has(target))).toBe(true);
        const { n } = await one('select count(*)::int as n from unified.journeys');
        expect(sum(nodes.filter(({ step }) => step === 1))).toBe(n);
      });

      test('each rule of attribution gives every purchase away once', async () => {
        const { attribution } = await data<{
          attribution: { rule: string; purchases: string; share: number }[];
        }>('{ attribution { rule purchases share } }');
        const names = ['FIRST_TOUCH', 'LAST_TOUCH', 'LINEAR', 'POSITION_BASED', 'TIME_DECAY'];
        expect([...new Set(attribution.map(({ rule }) => rule))].sort()).toEqual(names);
        const totals = names.map((name) =>
          attribution
            .filter(({ rule }) => rule === name)
            .reduce((all, { purchases }) => all + Number(purchases), 0),
        );
        for (const total of totals) expect(total).toBeCloseTo(totals[0] ?? NaN, 3);
        const linear = await data<typeof attribution>('{ attribution(rule: LINEAR) { rule } }');
        expect(JSON.stringify(linear)).not.toMatch(/FIRST|LAST|DECAY/);
      });
    });

    describe('warehouse', () => {
      test('tells models with their columns, what they read, runs, tests and schedules', async () => {
        const { warehouse: told } = await data<{
          warehouse: Record<string, Record<string, unknown>>;
        }>(`{ warehouse {
          currentGeneration { generation run { state nodes { nodeId status } } }
          model(name: "customers") { description schemaName alias estimatedRows builtAt staleSince dependsOn
            builtBy { runId } columns { name type description notNull position derivedFrom } }
          runs(first: 1) { nodes { state trigger command startedAt finishedAt summary } }
          tests(filter: {status: {ne: "pass"}}) { totalCount nodes { nodeId status } }
          schedules { name cron } } }`);
        const { n } = await one(`select count(*)::int as n from information_schema.columns
          where table_schema = 'unified' and table_name = 'customers'`);
        const model = told['model'] as { columns: Record<string, unknown>[]; dependsOn: string[] };
        expect(model.columns.length).toBe(n);
        expect(model.columns.find(({ name }) => name === 'customer_id')).toMatchObject({
          type: 'bigint',
          notNull: true,
          position: 1,
        });
        expect(model.columns.every(({ description }) => description !== null)).toBe(true);
        expect(model).toMatchObject({
          schemaName: 'unified',
          staleSince: null,
          dependsOn: expect.arrayContaining(['identities']) as string[],
        });
        expect(told['tests']).toEqual({ totalCount: 0, nodes: [] });
        expect(told['currentGeneration']).toMatchObject({ run: { state: 'PUBLISHED' } });
      });

      test('lineage of a column leads to the source, and from the source back', async () => {
        type Told = { warehouse: { lineage: { nodes: { model: string; fromModel: string }[] } } };
        const from = await data<Told>(
          '{ warehouse { lineage(filter: {fromModel: {eq: "crm.contacts"}, fromColumn: {eq: "phone"}}) { nodes { model fromModel } } } }',
        );
        expect(new Set(from.warehouse.lineage.nodes.map(({ model }) => model))).toEqual(
          new Set(['base_crm__contacts']),
        );
        const of = await data<Told>(
          '{ warehouse { lineage(filter: {model: {eq: "base_crm__contacts"}, column: {eq: "phone"}}) { nodes { model fromModel } } } }',
        );
        expect(of.warehouse.lineage.nodes.map(({ fromModel }) => fromModel)).toContain('crm.contacts');
      });

      test('sources have the freshness that was found last', async () => {
        const before = await data<{ warehouse: { source: unknown } }>(
          '{ warehouse { source(name: "crm.contacts") { status newestAt readBy sourceName } } }',
        );
        expect(before.warehouse.source).toEqual({
          status: null,
          newestAt: null,
          readBy: ['base_crm__contacts'],
          sourceName: 'crm',
        });
        // the sample's clock stands still: its deliveries are late
        await expect(warehouse().thau('source', 'freshness', '--select', 'source:crm')).rejects.toThrow(
          /STALE/,
        );
        const { warehouse: told } = await data<{ warehouse: { sources: Record<string, unknown>[] } }>(
          '{ warehouse { sources { name status newestAt checkedAt age warnAfter errorAfter message } } }',
        );
        const { newest } = await one(
          `select to_json(max(_loaded_at::timestamptz)) #>> '{}' as newest from raw_crm.contacts`,
        );
        expect(told.sources.find(({ name }) => name === 'crm.contacts')).toMatchObject({
          status: 'ERROR',
          newestAt: newest,
          warnAfter: 86_400,
          errorAfter: 259_200,
          message: null,
        });
        expect(told.sources.find(({ name }) => name === 'pos.receipts')).toMatchObject({
          status: null,
          checkedAt: null,
        });
      });

      test('asks for runs, and refuses what cannot be', async () => {
        const { startRun } = await data<{ startRun: { requestId: string; kind: string; state: string } }>(
          'mutation { startRun(select: ["journey_funnel+"], fullRefresh: false) { requestId kind state } }',
        );
        expect(startRun).toMatchObject({ kind: 'run', state: 'waiting' });
        const { warehouse: told } = await data<{ warehouse: { requests: { nodes: unknown[] } } }>(
          '{ warehouse { requests(first: 1) { nodes { requestId kind state args requestedBy } } } }',
        );
        expect(told.requests.nodes).toEqual([
          {
            requestId: startRun.requestId,
            kind: 'run',
            state: 'WAITING',
            args: { select: ['journey_funnel+'], exclude: [], full_refresh: false },
            requestedBy: expect.any(String) as string,
          },
        ]);
        for (const query of [
          'mutation { cancelRun(runId: 999) { state } }',
          'mutation { rollback(generation: 999) { state } }',
        ]) {
          expect((await api.ask(query)).errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
          expect((await api.ask(query, {}, 'reader')).errors?.[0]?.extensions['code']).toMatch(
            /FORBIDDEN|BAD_USER_INPUT/,
          );
        }
        expect(
          (await api.ask('mutation { startRun { state } }', {}, 'reader')).errors?.[0]?.extensions['code'],
        ).toBe('FORBIDDEN');
      });
    });

    test('segments, their sizes and overlaps are those of their members', async () => {
      const { segments, segmentOverlap } = await data<{
        segments: Record<string, unknown>[];
        segmentOverlap: Record<string, unknown>[];
      }>(`{ segments { segmentId memberCount members { totalCount } memberships { totalCount }
          sizesAggregate { keys { dayOn(grain: MONTH) } sum { enteredCount leftCount } } }
        segmentOverlap { segment { segmentId } other { segmentId } sharedCount share jaccard } }`);
      for (const segment of segments) {
        const { n } = await one(`select count(*)::int as n from segments.segment_members
          where segment_id = '${String(segment['segmentId'])}' and left_at is null`);
        expect(segment).toMatchObject({ memberCount: n, members: { totalCount: n } });
        const [month] = segment['sizesAggregate'] as { sum: { enteredCount: string; leftCount: string } }[];
        expect(Number(month?.sum.enteredCount) - Number(month?.sum.leftCount)).toBe(n);
      }
      for (const overlap of segmentOverlap) {
        const pair = ['segment', 'other'].map((end) => (overlap[end] as { segmentId: string }).segmentId);
        const { shared, all } =
          await one(`select count(*) filter (where n = 2)::int as shared, count(*)::int as all from (
          select customer_id, count(*) as n from segments.segment_members
          where left_at is null and segment_id in ('${pair.join("','")}') group by 1) q`);
        expect(overlap['sharedCount']).toBe(shared);
        expect(overlap['jaccard']).toBeCloseTo((100 * Number(shared)) / Number(all), 6);
      }
      expect(segmentOverlap.length).toBeGreaterThan(0);
    });
  });
}
