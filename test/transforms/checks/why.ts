import { describe, expect, test } from 'vitest';
import { csvFile, truth, type Rows } from '../support/warehouse.js';

/** What the warehouse says of why, and of what was done, against what was planted in the sample and the raw files. */
export function checkWhy(rows: Rows): void {
  describe('why, and what was done', () => {
    test('the pairs that were planted in baskets are found, with their share', async () => {
      const planted = Number(truth('effects').find((row) => row['group'] === 'pair bought')?.['observed']);
      const found = await rows(`
        select product_id, other_product_id, confidence, lift from metrics.product_affinity
        where (product_id, other_product_id) in (('P015', 'P016'), ('P009', 'P010'))`);
      expect(found).toHaveLength(2);
      for (const pair of found) {
        expect(Math.abs(Number(pair['confidence']) - planted)).toBeLessThan(0.1);
        expect(Number(pair['lift'])).toBeGreaterThan(4);
      }
      const [next] = await rows('select max(lift) as lift from metrics.product_affinity where lift < 5');
      expect(Number(next?.['lift'])).toBeLessThan(3);
    });

    test('recommendations guess a hidden product better than what sells most', async () => {
      const tried = await rows('select * from metrics.recommendation_backtest order by method');
      const [affinity, popularity] = tried;
      console.log(
        `recommendations: ${String(affinity?.['hit_rate'])} of ${String(affinity?.['n'])} hidden products among three guesses, popularity ${String(popularity?.['hit_rate'])}`,
      );
      expect(tried.map(({ method }) => method)).toEqual(['affinity', 'popularity']);
      expect(Number(affinity?.['hit_rate_lower'])).toBeGreaterThan(Number(popularity?.['hit_rate_upper']));
    });

    test('whoever has just bought a brush and no heads is shown heads first', async () => {
      const shown = await rows(`
        select r.customer_id, r.product_id, r.reason
        from metrics.recommendations r
        where r.rank = 1 and r.because_product_id = 'P015' and r.reason = 'goes_with'`);
      expect(shown.length).toBeGreaterThan(3);
      expect(new Set(shown.map((row) => row['product_id']))).toEqual(new Set(['P016']));
    });

    test('everybody who agreed to profiling has five recommendations, each once', async () => {
      const counts = await rows(`
        select distinct count(r.product_id)::int as n, count(distinct r.product_id)::int as products
        from metrics.customer_features f left join metrics.recommendations r using (customer_id)
        where f.has_profiling_consent group by f.customer_id`);
      expect(counts).toEqual([{ n: 5, products: 5 }]);
    });

    test('a bad answer is closed by the call that the shop made, and by nothing that the customer did', async () => {
      const planted = truth('effects').find((row) => row['group'] === 'low score: called back');
      const [found] = await rows(`
        select count(*)::int as n, count(*) filter (where replied_by = 'call')::int as called,
          count(*) filter (where status = 'overdue')::int as overdue,
          max(hours_to_reply) filter (where replied_by = 'call')::float as slowest
        from metrics.feedback_cases where kind = 'survey'`);
      expect(found?.['n']).toBe(Number(planted?.['count']));
      const share = Number(found?.['called']) / Number(found?.['n']);
      // a call from a number that several people share reaches nobody for certain
      expect(Math.abs(share - Number(planted?.['observed']))).toBeLessThan(0.1);
      expect(Number(found?.['slowest'])).toBeLessThan(42);
      expect(
        await rows(`
          select 1 from metrics.feedback_cases f join unified.conversations c on c.conversation_id = f.reply_id
          where c.direction <> 'outbound' or c.outcome <> 'answered'`),
      ).toEqual([]);
    });

    test('dwell is what the pings say, and the last page of a visit without one has none', async () => {
      const pings = new Map<string, number[]>();
      const seen = new Set<string>();
      for (const row of csvFile('seeds/sample/web/events.csv')) {
        if (row['event_name'] !== 'ping' || seen.has(row['event_id'] ?? '')) continue;
        seen.add(row['event_id'] ?? '');
        const page = row['page'] ?? '';
        pings.set(page, [...(pings.get(page) ?? []), Number(row['engaged_seconds'])]);
      }
      const found = new Map(
        (await rows('select * from metrics.page_engagement')).map((row) => [String(row['page']), row]),
      );
      expect([...pings.keys()].filter((page) => !found.has(page))).toEqual([]);
      for (const page of found.values()) {
        expect(Number(page['measured_count'])).toBeGreaterThanOrEqual(
          Number(page['stay_count']) - Number(page['exit_count']),
        );
        expect(Number(page['measured_count'])).toBeLessThanOrEqual(
          Number(page['stay_count']) -
            Number(page['exit_count']) +
            (pings.get(String(page['page']))?.length ?? 0),
        );
        expect(Number(page['p90_dwell_seconds'])).toBeLessThanOrEqual(1800);
        if (page['median_dwell_seconds'] === null) continue;
        expect(Number(page['median_lower'])).toBeLessThanOrEqual(Number(page['median_dwell_seconds']) + 1);
        expect(Number(page['median_upper'])).toBeGreaterThanOrEqual(Number(page['median_dwell_seconds']) - 1);
      }
    });

    test('the planted drivers are found as insights, those of the late parcel with what is done about it', async () => {
      const insights = new Map(
        (await rows('select * from metrics.insights')).map((row) => [String(row['insight_id']), row]),
      );
      expect(insights.get('driver:nps:late_delivery')).toMatchObject({
        is_good: false,
        status: 'acting',
        is_found_now: true,
      });
      expect(insights.get('driver:csat:slow_support')).toMatchObject({ is_good: false, status: 'new' });
      const evidence = insights.get('driver:nps:late_delivery')?.['evidence'] as { difference: number };
      expect(evidence.difference).toBeLessThan(-2);
    });

    test('an insight leads to its experiment and to what that measured', async () => {
      const [insight] = await rows(
        `select * from metrics.insights where insight_id = 'cart_exit:shipping_fee'`,
      );
      expect(insight).toMatchObject({ experiment_id: 'X1', status: 'measured' });
      const results = insight?.['measured_result'] as { metric: string; verdict: string }[];
      expect(results.find(({ metric }) => metric === 'order_rate')?.verdict).toBe('higher');
      const planted = (group: string): number =>
        Number(
          truth('effects').find((row) => row['group'] === `exit by shipping fee: ${group}`)?.['observed'],
        );
      const evidence = insight?.['evidence'] as Record<string, number>;
      expect(evidence['shareBelowFreeShipping']).toBeCloseTo(planted('under 300,000'), 3);
      // a cart of the last day is not yet abandoned
      expect(evidence['shareAboveFreeShipping']).toBeCloseTo(planted('300,000 and more'), 2);
    });

    test('conversations are the chats and calls of the raw files', async () => {
      const chats = new Set(csvFile('seeds/sample/support/chats.csv').map((row) => row['conversation_id']));
      const calls = new Set(csvFile('seeds/sample/support/calls.csv').map((row) => row['call_id']));
      expect(
        await rows('select kind, count(*)::int as n from unified.conversations group by kind order by kind'),
      ).toEqual([
        { kind: 'call', n: calls.size },
        { kind: 'chatbot', n: chats.size },
      ]);
      const [replies] = await rows(`
        select count(*) filter (where first_reply_at < started_at)::int as early,
          count(*) filter (where handled_by = 'bot' and transferred_at is not null)::int as wrong,
          count(*) filter (where is_contained and (has_recontact or reason is null))::int as contained
        from unified.conversations`);
      expect(replies).toEqual({ early: 0, wrong: 0, contained: 0 });
    });
  });
}
