import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { datasets, type Rows } from '../support/warehouse.js';

/** What the clock's date less 180 days would have been forecast from, and how many purchase days came after. */
const heldOut = `
  history as (
    select customer_id,
      (count(*) filter (where purchased_on <= cut) - 1)::float8 as x,
      (max(purchased_on) filter (where purchased_on <= cut) - min(purchased_on)) / 7.0::float8 as t_x,
      (cut - min(purchased_on)) / 7.0::float8 as t,
      (count(*) filter (where purchased_on > cut))::float8 as after
    from metrics.purchase_days cross join (select as_of_on - 180 as cut from staging.clock) as c
    group by customer_id, cut having min(purchased_on) <= cut
  ),
  alike as (
    select x, round(t_x) as t_x, round(t) as t, count(*)::float8 as weight from history group by 1, 2, 3
  ),
  fit as materialized (
    select functions.fit_by_likelihood('bg_nbd_log_likelihood', '{1, 10, 1, 1}',
      array_agg(x order by x, t_x, t), array_agg(t_x order by x, t_x, t), array_agg(t order by x, t_x, t),
      array_agg(weight order by x, t_x, t)) as f
    from alike
  ),
  forecast as materialized (
    select h.*, functions.bg_nbd_expected(f, x, t_x, t, 180 / 7.0) as expected,
      functions.bg_nbd_alive(f, x, t_x, t) as alive
    from history h cross join fit
  )`;

/** Forecasts against the published answers of CDNOW, and against what the sample's buyers did later. */
export function checkForecasts(rows: Rows): void {
  const folder = join(datasets, 'cdnow');
  const isHere = existsSync(folder);
  if (!isHere) console.log(`skipped: CDNOW is not at ${folder} (THAU_DATASETS says where)`);

  describe('forecasts', () => {
    test.runIf(isHere)('BG/NBD and Gamma-Gamma fitted to CDNOW are the published ones', async () => {
      const buyers = parse<Record<string, string>>(
        readFileSync(join(folder, 'computed_reference_per_customer.csv')),
        { columns: true },
      );
      const column = (name: string, of = buyers): number[] => of.map((row) => Number(row[name]));
      const ones = (of = buyers): number[] => of.map(() => 1);
      const fit = async (likelihood: string, start: number[], ...arrays: number[][]): Promise<number[]> => {
        const [row] = await rows('select functions.fit_by_likelihood($1, $2, $3, $4, $5, $6) as fitted', [
          likelihood,
          start,
          ...arrays,
        ]);
        return row?.['fitted'] as number[];
      };
      const timing = await fit(
        'bg_nbd_log_likelihood',
        [1, 10, 1, 1],
        column('x'),
        column('t_x'),
        column('T'),
        ones(),
      );
      within(timing, [0.24259, 4.41353, 0.79289, 2.42575], 0.005);
      expect(timing[4]).toBeCloseTo(-9582.4256, 2);

      const again = buyers.filter((row) => Number(row['x']) > 0);
      const spending = await fit(
        'gamma_gamma_log_likelihood',
        [1, 2, 30],
        column('x', again),
        column('zbar', again),
        [],
        ones(again),
      );
      within(spending, [6.2488, 3.7446, 15.4478], 0.005);

      const told = await rows(
        `select functions.bg_nbd_alive($1, x, t_x, t) as alive,
           functions.bg_nbd_expected($1, x, t_x, t, 39) as expected,
           functions.gamma_gamma_expected($2, x, z) as value
         from unnest($3::float8[], $4::float8[], $5::float8[], $6::float8[]) with ordinality as b (x, t_x, t, z, n)
         order by n`,
        [
          [0.2425929041595354, 4.413531521226014, 0.7928862268638269, 2.425754005716127],
          [6.248801903556997, 3.7445886534762685, 15.447750738142124],
          column('x'),
          column('t_x'),
          column('T'),
          column('zbar'),
        ],
      );
      const furthest = (ours: string, theirs: string): number =>
        Math.max(...told.map((row, index) => Math.abs(Number(row[ours]) - Number(buyers[index]?.[theirs]))));
      expect(furthest('alive', 'p_alive')).toBeLessThan(1e-4);
      expect(furthest('expected', 'exp_purchases_39w')).toBeLessThan(1e-3);
      expect(furthest('value', 'exp_avg_value')).toBeLessThan(1e-3);
      const [published] = await rows(
        `select functions.bg_nbd_expected('{0.243, 4.414, 0.793, 2.426}', 2, 30.43, 38.86, 39) as y`,
      );
      expect(Number(published?.['y'])).toBeCloseTo(1.226, 2);
    });

    test('half a year of the sample is forecast from what came before, in all and by how often people had bought', async () => {
      const found = await rows(`
        with ${heldOut}
        select least(x, 3)::int as before, count(*)::int as n, sum(after) as actual, sum(expected) as expected
        from forecast group by 1 order by 1`);
      const sum = (name: string): number => found.reduce((total, row) => total + Number(row[name]), 0);
      console.log(`forecast: ${sum('expected').toFixed(0)} purchase days, ${String(sum('actual'))} came`);
      expect(Math.abs(sum('expected') / sum('actual') - 1)).toBeLessThan(0.1);
      for (const { actual, expected, n } of found) {
        expect(Math.abs(Number(expected) - Number(actual)) / Number(n)).toBeLessThan(0.15);
      }
    });

    test('it tells who comes again better than how long they were silent or how often they bought', async () => {
      const [row] = await rows(`
        with ${heldOut},
        repeaters as (select after > 0 as came, alive, t - t_x as silence from forecast where x > 0)
        select
          (select corr(after, expected) from forecast) as forecast,
          (select corr(after, (x + 1) / (t + 1)) from forecast) as rate,
          avg((a.alive > b.alive)::int + 0.5 * (a.alive = b.alive)::int) as by_alive,
          avg((a.silence < b.silence)::int + 0.5 * (a.silence = b.silence)::int) as by_silence
        from repeaters a join repeaters b on a.came and not b.came`);
      expect(Number(row?.['forecast'])).toBeGreaterThan(Number(row?.['rate']) + 0.1);
      expect(Number(row?.['by_alive'])).toBeGreaterThan(Number(row?.['by_silence']) + 0.02);
      expect(Number(row?.['by_alive'])).toBeGreaterThan(0.6);
    });

    test('nobody has a forecast without the consent to profiling, and nobody a churn probability before a repeat', async () => {
      expect(
        await rows(`
          select f.customer_id from metrics.customer_forecasts f
          join metrics.purchase_histories h using (customer_id)
          left join unified.permissions p on p.customer_id = f.customer_id and p.purpose = 'profiling'
          where p.customer_id is null or (h.repeat_count = 0) <> (f.churn_probability is null)`),
      ).toEqual([]);
      const scores = await rows(`
        select score, count(*)::int as n from metrics.customer_scores
        where score in ('churn_probability', 'expected_orders_90d', 'clv_12m') group by 1 order by 1`);
      expect(scores.map((row) => row['score'])).toEqual([
        'churn_probability',
        'clv_12m',
        'expected_orders_90d',
      ]);
    });

    test('a shop without buyers, or with alike ones only, has no forecast and no fault', async () => {
      const [none] = await rows(
        `select functions.fit_by_likelihood('bg_nbd_log_likelihood', '{1, 10, 1, 1}', null, null, null, null) as f`,
      );
      expect(none).toEqual({ f: null });
      const [alike] = await rows(`
        select functions.fit_by_likelihood('bg_nbd_log_likelihood', '{1, 10, 1, 1}',
          array_fill(0::float8, array[50]), array_fill(0::float8, array[50]), array_fill(10::float8, array[50]),
          array_fill(1::float8, array[50])) as f`);
      const fitted = alike?.['f'] as number[];
      expect(fitted).toHaveLength(5);
      expect(fitted.every(Number.isFinite)).toBe(true);
    });

    test('somebody who bought every day for two years and then never again is gone, without a number too large', async () => {
      const [row] = await rows(`
        select functions.bg_nbd_alive('{0.24, 4.4, 0.79, 2.4}', 700, 100, 1000) as gone,
          functions.bg_nbd_expected('{0.24, 4.4, 0.79, 2.4}', 3650, 521, 521.4, 52) as daily,
          functions.bg_nbd_expected('{0.24, 4.4, 1, 2.4}', 2, 30, 38, 39) as at_one,
          functions.bg_nbd_expected('{0.24, 4.4, 1.00001, 2.4}', 2, 30, 38, 39) as near_one,
          functions.bg_nbd_log_likelihood('{25, -12, 25, -12}', '{1, 7, 700}', '{0.14, 1, 100}', '{500, 500, 1000}',
            '{1, 1, 1}') as likelihood`);
      expect(Number(row?.['gone'])).toBeLessThan(1e-100);
      expect(Number(row?.['daily'])).toBeGreaterThan(200);
      expect(Number(row?.['daily'])).toBeLessThan(366);
      expect(Number(row?.['at_one'])).toBeCloseTo(Number(row?.['near_one']), 3);
      expect(Number.isFinite(Number(row?.['likelihood']))).toBe(true);
    });
  });
}

function within(found: readonly number[], published: readonly number[], share: number): void {
  published.forEach((value, index) => {
    expect(Math.abs((found[index] ?? NaN) / value - 1), String(value)).toBeLessThan(share);
  });
}
