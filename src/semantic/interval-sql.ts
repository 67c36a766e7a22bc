type Expression = (alias: string) => string;

/** The ends of a 95 % interval. */
export interface Interval {
  readonly lower: Expression;
  readonly upper: Expression;
}

/** The 97.5 % quantile of the normal distribution. */
const z = 1.959963984540054;

const ends = (ends: (alias: string, sign: '+' | '-') => string): Interval => ({
  lower: (f) => ends(f, '-'),
  upper: (f) => ends(f, '+'),
});

/** Wilson's score interval of `k` successes in `n`: E. B. Wilson, JASA 22 (1927) 209–212. */
export function wilsonInterval(k: Expression, n: Expression, scale: number): Interval {
  return ends(
    (f, sign) =>
      `(select ${scale}*(k+${z * z}/2${sign}${z}*sqrt(greatest(k*(n-k)/n,0)+${z * z}/4))/(n+${z * z}) from (select (${k(f)})::double precision as k,nullif((${n(f)})::double precision,0) as n) w)`,
  );
}

/**
 * Net promoter score from the sum of ±1 (`net`), the number of answers that are not 0 (`extreme`), and all (`n`): a
 * normal interval; under 30 answers the adjusted Wald, which adds three answers, half of them passive (Rocks 2016).
 */
export function npsInterval(net: Expression, extreme: Expression, n: Expression): Interval {
  return ends((f, sign) => {
    const wald = (d: string, e: string, m: string): string =>
      `100*(${d}/${m}${sign}${z}*sqrt(greatest(${e}/${m}-(${d}/${m})^2,0)/${m}))`;
    return `(select case when n<30 then ${bounded(wald('d', '(e+1.5)', '(n+3)'))} else ${bounded(wald('d', 'e', 'n'))} end from (select (${net(f)})::double precision as d,(${extreme(f)})::double precision as e,nullif((${n(f)})::double precision,0) as n) w where n is not null)`;
  });
}

const bounded = (expression: string): string => `greatest(-100,least(100,${expression}))`;

/** Student's interval of a mean; none under two observations. */
export function tInterval(mean: Expression, deviation: Expression, n: Expression): Interval {
  return ends(
    (f, sign) =>
      `(select m${sign}${tQuantile('n-1')}*s/sqrt(n) from (select (${mean(f)})::double precision as m,(${deviation(f)})::double precision as s,nullif((${n(f)})::double precision,0) as n) w where n>1)`,
  );
}

/**
 * The 97.5 % quantile of Student's t: tabulated up to ten degrees of freedom, beyond by its expansion around the normal
 * quantile, right to five digits (Abramowitz and Stegun 26.7.5).
 */
function tQuantile(degrees: string): string {
  const table = [
    12.7062, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157, 2.228139,
  ];
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ];
  const expansion = terms.map((term, index) => `+${term}/(${degrees})^${index + 1}`).join('');
  const cases = table.map((value, index) => `when ${index + 1} then ${value}`).join(' ');
  return `(case (${degrees})::integer ${cases} else ${z}${expansion} end)`;
}
