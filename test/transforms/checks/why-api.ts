import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Rows, Warehouse } from '../support/warehouse.js';
import { serveWarehouse, type WarehouseApi } from '../support/warehouse-api.js';

/** The roots of why, and of what was done, as an application asks them. */
export function checkWhyApi(warehouse: () => Warehouse, rows: Rows): void {
  describe('why, and what was done, in the API', () => {
    let api: WarehouseApi;

    beforeAll(async () => {
      api = await serveWarehouse(warehouse().database, [
        { name: 'careful', masks: { text: 'null', email: 'null', phone: 'null', name: 'null' } },
      ]);
    });
    afterAll(() => api.stop().catch(() => undefined));

    test('a customer has recommendations, next best actions, conversations, cases and arms, as the tables say', async () => {
      const [someone] = await rows(`
        select a.customer_id::text as id from metrics.next_best_actions a
        join metrics.recommendations r using (customer_id)
        join unified.conversations c using (customer_id)
        join unified.experiment_assignments e using (customer_id)
        order by a.customer_id limit 1`);
      const { customer } = await api.data<{ customer: Record<string, unknown[]> }>(
        `query ($id: BigInt!) { customer(by: {customerId: $id}) {
          recommendations { rank reason chance lift product { productId name } because { productId } }
          nextBestActions { rank action purpose channel reason evidence product { productId } }
          conversations { kind channel handledBy reason isContained isResolved firstReplySeconds ticket { ticketId } }
          feedbackCases { status question score hoursToReply feedback { feedbackId } }
          experiments { arm isCounted experiment { experimentId results(metrics: ["order_rate"]) { arm verdict } } }
          scores(names: ["churn_probability", "expected_orders_90d", "clv_12m"]) { name value method }
        } }`,
        { id: someone?.['id'] },
      );
      const count = async (table: string): Promise<number> =>
        Number(
          (await rows(`select count(*) as n from ${table} where customer_id = $1`, [someone?.['id']]))[0]?.[
            'n'
          ],
        );
      expect(customer['recommendations']).toHaveLength(await count('metrics.recommendations'));
      expect(customer['recommendations']?.map((one) => (one as { rank: number }).rank)).toEqual([
        1, 2, 3, 4, 5,
      ]);
      expect(customer['nextBestActions']).toHaveLength(await count('metrics.next_best_actions'));
      expect(customer['conversations']).toHaveLength(await count('unified.conversations'));
      expect(customer['feedbackCases']).toHaveLength(await count('metrics.feedback_cases'));
      expect(customer['experiments']).toHaveLength(await count('unified.experiment_assignments'));
    });

    test('an application works through who is to be called, and reads why', async () => {
      const { nextBestActions } = await api.data<{ nextBestActions: { nodes: Record<string, unknown>[] } }>(
        `{ nextBestActions(first: 50, filter: {action: {eq: ANSWER_BAD_SCORE}, channel: {eq: "phone"}}) {
            nodes { reason dueAt evidence customer { fullName phone } } } }`,
      );
      const [told] = await rows(`
        select count(*)::int as n from metrics.next_best_actions
        where action = 'answer_bad_score' and channel = 'phone'`);
      expect(nextBestActions.nodes).toHaveLength(Number(told?.['n']));
      for (const { customer } of nextBestActions.nodes) {
        expect((customer as { phone: string }).phone).toMatch(/^\+84/);
      }
    });

    test('experiments tell each arm, the interval and the wrong split', async () => {
      const { experiments } = await api.data<{ experiments: Record<string, unknown>[] }>(`{
        experiments { experimentId status goal
          split { unitsByArm sampleRatioP hasSampleRatioMismatch }
          results { metric arm n value lift liftLower liftUpper p anyTimeLower verdict } } }`);
      expect(experiments.map((one) => [one['experimentId'], one['status']])).toEqual([
        ['X2', 'ENDED'],
        ['X1', 'ENDED'],
      ]);
      expect(experiments[0]?.['split']).toMatchObject({ hasSampleRatioMismatch: true });
      const won = (experiments[1]?.['results'] as Record<string, unknown>[]).find(
        (one) => one['metric'] === 'order_rate' && one['arm'] === 'treatment',
      );
      expect(won?.['verdict']).toBe('higher');
      expect(Number(won?.['liftLower'])).toBeGreaterThan(0);
    });

    test('insights lead from evidence through the experiment to the result, and are asked by kind and status', async () => {
      const { insights } = await api.data<{ insights: Record<string, unknown>[] }>(`{
        insights(status: MEASURED) { insightId kind title evidence hypothesis action owner result measuredResult
          experiment { experimentId split { hasSampleRatioMismatch } } } }`);
      expect(insights).toHaveLength(1);
      expect(insights[0]).toMatchObject({
        insightId: 'cart_exit:shipping_fee',
        experiment: { experimentId: 'X1', split: { hasSampleRatioMismatch: false } },
      });
      const drivers = await api.data<{ insights: unknown[] }>('{ insights(kind: DRIVER) { insightId } }');
      const [told] = await rows(`select count(*)::int as n from metrics.insights where kind = 'driver'`);
      expect(drivers.insights).toHaveLength(Number(told?.['n']));
    });

    test('what stands out, where people stay, and how good recommendations are', async () => {
      const answer = await api.data<Record<string, unknown[]>>(`{
        anomalies { metric occurredOn value expected z direction isBad }
        pageEngagement { page medianDwellSeconds medianLower medianUpper exitRate dwellRank product { name goesWith { other { name } lift } } }
        recommendationBacktest { method n hitRate hitRateLower hitRateUpper }
        feedbackCases(first: 3) { nodes { status givenAt customer { customerId } } }
        conversations(first: 3, filter: {kind: {eq: CHATBOT}}) { nodes { handledBy isContained } totalCount } }`);
      expect(answer['pageEngagement']?.[0]).toMatchObject({ dwellRank: 1 });
      expect(answer['recommendationBacktest']).toHaveLength(2);
    });

    test('metrics of the closed loop and of recontact are asked as any other', async () => {
      const { metrics } = await api.data<{ metrics: { metric: string; value: number; n: number }[] }>(`{
        metrics(names: ["closed_loop_rate", "median_hours_to_reply", "service_recontact_rate"], grain: YEAR) {
          metric period value lower upper n } }`);
      expect(new Set(metrics.map(({ metric }) => metric))).toEqual(
        new Set(['closed_loop_rate', 'median_hours_to_reply', 'service_recontact_rate']),
      );
      const [told] = await rows(`
        select 100.0 * sum(is_answered_in_time::int) / count(*) as rate from metrics.feedback_cases
        where is_due and date_trunc('year', given_at at time zone 'Asia/Ho_Chi_Minh') = '2026-01-01'`);
      const rate = metrics.filter(({ metric }) => metric === 'closed_loop_rate').at(-1);
      expect(Number(rate?.value)).toBeCloseTo(Number(told?.['rate']), 6);
    });

    test('a role without sight of texts and names reads the reasons, and neither', async () => {
      const answer = await api.ask(
        '{ nextBestActions(first: 1) { nodes { reason customer { fullName phone } } } }',
        {},
        'careful',
      );
      expect(answer.errors).toBeUndefined();
      expect(answer.data).toMatchObject({
        nextBestActions: { nodes: [{ customer: { fullName: null, phone: null } }] },
      });
    });
  });
}
