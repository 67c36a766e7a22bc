import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { datasets, truth, type Rows } from '../support/warehouse.js';

interface Published {
  readonly ab_mean_relative: MeanCase;
  readonly ab_proportion_relative: {
    readonly a: { readonly successes: number; readonly n: number };
    readonly b: { readonly successes: number; readonly n: number };
    readonly expected: Expected;
  };
  readonly ab_mean_absolute: { readonly expected: { diff: number; ci: number[]; se: number; p: number } };
  readonly srm: { readonly cases: readonly (readonly [number[], number[], number])[] };
}

interface MeanCase {
  readonly a: Sums;
  readonly b: Sums;
  readonly expected: Expected;
}

interface Sums {
  readonly sum: number;
  readonly sum_squares: number;
  readonly n: number;
}

interface Expected {
  readonly lift: number;
  readonly ci: readonly [number, number];
  readonly se: number;
  readonly p: number;
}

/** Experiments of the sample against what was planted, and the statistics against published answers. */
export function checkExperiments(rows: Rows): void {
  const file = join(datasets, 'ab_srm_nps/cases.json');
  const isHere = existsSync(file);
  if (!isHere)
    console.log(`skipped: the published cases of A/B tests are not at ${file} (THAU_DATASETS says where)`);

  describe('experiments', () => {
    test.runIf(isHere)('differences, lifts and their intervals are the published ones', async () => {
      const published = JSON.parse(readFileSync(file, 'utf8')) as Published;
      const { a, b, expected } = published.ab_mean_relative;
      const mean = await uplift(rows, [...moments(a), ...moments(b)]);
      near(mean, { lift: expected.lift, lift_se: expected.se, lift_p: expected.p });
      near(mean, { lift_lower: expected.ci[0], lift_upper: expected.ci[1] });
      const absolute = published.ab_mean_absolute.expected;
      near(mean, {
        difference: absolute.diff,
        difference_se: absolute.se,
        difference_p: absolute.p,
        difference_lower: absolute.ci[0] ?? NaN,
        difference_upper: absolute.ci[1] ?? NaN,
      });
      const shares = published.ab_proportion_relative;
      const share = ({ successes, n }: { successes: number; n: number }): number[] => [
        n,
        successes / n,
        (successes / n) * (1 - successes / n),
      ];
      const proportion = await uplift(rows, [...share(shares.a), ...share(shares.b)]);
      near(proportion, {
        lift: shares.expected.lift,
        lift_se: shares.expected.se,
        lift_p: shares.expected.p,
        lift_lower: shares.expected.ci[0],
        lift_upper: shares.expected.ci[1],
      });
    });

    test.runIf(isHere)('the ten published sample ratio cases have their p', async () => {
      const published = JSON.parse(readFileSync(file, 'utf8')) as Published;
      for (const [counts, weights, p] of published.srm.cases) {
        const [row] = await rows('select functions.sample_ratio_p($1::bigint[], $2::float8[]) as p', [
          counts,
          weights.slice(0, counts.length),
        ]);
        expect(Number(row?.['p']), counts.join(' ')).toBeCloseTo(p, 8);
      }
    });

    test('the distributions are those of the tables', async () => {
      const [row] = await rows(`
        select functions.log_gamma(0.5) as half, functions.log_gamma(101) as factorial,
          functions.chi_square_p(3.841458820694124, 1) as chi1, functions.chi_square_p(18.30703805327515, 10) as chi10,
          functions.chi_square_p(0, 3) as none, functions.chi_square_p(5000, 3) as all,
          functions.student_t_quantile(0.05, 1) as t1, functions.student_t_quantile(0.05, 10) as t10,
          functions.student_t_quantile(0.05, 1000000) as normal, functions.student_t_p(2.228138851964939, 10) as p10`);
      near(row, {
        half: Math.log(Math.sqrt(Math.PI)),
        factorial: 363.73937555556347,
        chi1: 0.05,
        chi10: 0.05,
        none: 1,
        all: 0,
        t1: 12.706204736432095,
        t10: 2.2281388519649385,
        normal: 1.959966,
        p10: 0.05,
      });
    });

    test('arms without values, alone or all the same have no interval and no fault', async () => {
      for (const values of [
        [0, null, null, 5, 1, 0.5],
        [1, 1, null, 1, 2, null],
        [10, 0, 0, 10, 0, 0],
        [10, 0, 0, 10, 1, 0.2],
      ]) {
        const row = await uplift(rows, values);
        expect(row['lift'], JSON.stringify(values)).not.toBe(Infinity);
      }
      expect(await uplift(rows, [10, 0, 0, 10, 1, 0.2])).toMatchObject({ difference: 1, lift: null });
    });

    test('a difference beyond all doubt among millions has a p of nought, not a number too small', async () => {
      const row = await uplift(rows, [5e6, 0.1, 0.09, 5e6, 0.2, 0.16]);
      expect(Number(row['difference_p'])).toBeLessThan(1e-100);
      expect(Number(row['difference_lower'])).toBeGreaterThan(0.099);
      const [split] = await rows(
        `select functions.sample_ratio_p('{9000000,1000000}', '{1,1}') as p, functions.chi_square_p(650, 2) as q`,
      );
      expect(Number(split?.['p'])).toBe(0);
      expect(Number(split?.['q'])).toBeLessThan(1e-100);
    });

    test('the planted winner wins, as far as people can be known to be who was assigned', async () => {
      const [found] = await rows(`
        select t.value as treatment, c.value as control, t.verdict, t.n, t.any_time_lower, t.difference_lower
        from metrics.experiment_results t
        join metrics.experiment_results c using (experiment_id, metric)
        where t.experiment_id = 'X1' and t.metric = 'order_rate' and t.arm = 'treatment' and c.arm = 'control'`);
      const planted = (arm: string): number =>
        Number(truth('effects').find((row) => row['group'] === `X1 order: ${arm}`)?.['observed']);
      // some buy as a guest or on a marketplace, where nobody can know them
      expect(Math.abs(Number(found?.['treatment']) - planted('treatment'))).toBeLessThan(0.04);
      expect(Math.abs(Number(found?.['control']) - planted('control'))).toBeLessThan(0.04);
      expect(found?.['verdict']).toBe('higher');
      expect(Number(found?.['any_time_lower'])).toBeLessThan(Number(found?.['difference_lower']));
    });

    test('the experiment that was split wrongly is told, and none of its results is believed', async () => {
      expect(
        await rows(
          'select experiment_id from metrics.experiment_splits where has_sample_ratio_mismatch order by 1',
        ),
      ).toEqual([{ experiment_id: 'X2' }]);
      const verdicts = await rows(
        `select distinct verdict from metrics.experiment_results where experiment_id = 'X2' and not is_control`,
      );
      expect(verdicts).toEqual([{ verdict: 'not to be believed' }]);
    });

    test('a person counts once, and not at all when in several arms', async () => {
      expect(
        await rows(`
          select experiment_id, customer_id from unified.experiment_assignments
          where is_counted group by 1, 2 having count(*) > 1`),
      ).toEqual([]);
      expect(
        await rows(`
          select 1 from unified.experiment_assignments a
          join unified.experiment_assignments b using (experiment_id, customer_id)
          where a.arm <> b.arm and (a.is_counted or b.is_counted)`),
      ).toEqual([]);
    });
  });
}

async function uplift(rows: Rows, values: readonly (number | null)[]): Promise<Record<string, unknown>> {
  const [row] = await rows('select * from functions.uplift($1, $2, $3, $4, $5, $6)', values);
  return row ?? {};
}

/** n, mean and variance of single values. */
function moments({ sum, sum_squares, n }: Sums): number[] {
  return [n, sum / n, (sum_squares - sum ** 2 / n) / (n - 1)];
}

/** The published figures have five decimals. */
function near(row: Record<string, unknown> | undefined, expected: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(expected)) {
    expect(Math.abs(Number(row?.[name]) - value), name).toBeLessThan(6e-6);
  }
}
