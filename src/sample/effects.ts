/** Sums what the generator wrote, so that the truth can state what a perfect warehouse would count. */
export class Effects {
  readonly #sums = new Map<string, { sum: number; count: number }>();

  /** Takes down one value of a measure; groups of an effect are told apart by their name (`nps: late parcel`). */
  add(group: string, value: number): void {
    const held = this.#sums.get(group) ?? { sum: 0, count: 0 };
    held.sum += value;
    held.count += 1;
    this.#sums.set(group, held);
  }

  count(group: string): number {
    return this.#sums.get(group)?.count ?? 0;
  }

  mean(group: string): number | null {
    const held = this.#sums.get(group);
    return held === undefined ? null : Math.round((held.sum / held.count) * 10_000) / 10_000;
  }
}

/** Every planted effect: what it is called in the sums, how it is measured, and how it was drawn. */
export const plantedEffects: readonly (readonly [
  effect: string,
  group: string,
  measure: string,
  planted: string,
])[] = [
  ['late parcels lower NPS', 'nps: late parcel', 'mean answer 0-10', '3.2 below those on time'],
  ['late parcels lower NPS', 'nps: parcel on time', 'mean answer 0-10', 'mean 8.9'],
  [
    'late parcels lower NPS',
    'parcel late',
    'share of delivered parcels',
    'J&T 0.3, others 0.11, more before Tết',
  ],
  ['slow first replies lower CSAT', 'csat: reply after 24 h', 'mean answer 1-5', '1.4 below quick replies'],
  ['slow first replies lower CSAT', 'csat: reply within 24 h', 'mean answer 1-5', 'mean 4.4'],
  ['reopened tickets raise effort', 'ces: reopened', 'mean answer 1-7', '1.9 below those solved at once'],
  ['reopened tickets raise effort', 'ces: solved at once', 'mean answer 1-7', 'mean 5.7'],
  [
    'the shop calls back who is unhappy',
    'low score: called back',
    'share of low answers followed by a call that was answered',
    '0.54, within 41 hours',
  ],
  [
    'the cohort of March 2025 leaves',
    'leaves: March 2025 cohort',
    'share of buyers who stop for good',
    '0.75',
  ],
  ['the cohort of March 2025 leaves', 'leaves: other buyers', 'share of buyers who stop for good', '0.18'],
  [
    'men of 35-50 come by mail',
    'first by email: men 35-50',
    'share of known people',
    '0.5 and the base rate of the rest',
  ],
  ['men of 35-50 come by mail', 'first by email: others', 'share of known people', 'base rate 0.09'],
  [
    'women of 15-25 come by social ads',
    'first by social ads: women 15-25',
    'share of known people',
    '0.6 and the base rate of the rest',
  ],
  [
    'women of 15-25 come by social ads',
    'first by social ads: others',
    'share of known people',
    'base rate 0.18',
  ],
  [
    'free shipping bar wins (X1)',
    'X1 order: treatment',
    'share of assigned with a completed purchase within 30 days',
    'those who would not buy anyway: 0.35',
  ],
  [
    'free shipping bar wins (X1)',
    'X1 order: control',
    'share of assigned with a completed purchase within 30 days',
    'those who would not buy anyway: 0.15',
  ],
  ['X2 was split wrongly', 'X2 treatment', 'share of units in treatment', '0.58 though 0.5 was meant'],
  [
    'shipping fees drive carts away',
    'exit by shipping fee: under 300,000',
    'share of abandoned carts with a reason',
    '0.6',
  ],
  [
    'shipping fees drive carts away',
    'exit by shipping fee: 300,000 and more',
    'share of abandoned carts with a reason',
    '0.1',
  ],
  [
    'heads go with brushes, bags with vacuum cleaners',
    'pair bought',
    'share of baskets with the first that hold the second',
    '0.55',
  ],
  ['COD is refused', 'cod refused', 'share of COD orders', '0.09'],
  [
    'families share a phone',
    'shared phone at the till',
    'records with a phone that several people use',
    'households of three and more, 0.6',
  ],
];
