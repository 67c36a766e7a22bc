import type { RawTable } from './table.js';

/** The truth's files: like raw tables, but they are known, not delivered. */
export const truthTables: readonly RawTable[] = [
  table('people', 'one row per person', {
    person_id: 'a number',
    full_name: 'NFC',
    sex: 'F or M',
    birth_date: 'yyyy-mm-dd',
    province: 'one of the 34',
    household_id: 'who lives together: the number of its first member',
    kind: 'anonymous (never says who they are), lead (leaves contact details) or buyer',
    first_channel: 'email, social_ads, search, organic, referral, store or marketplace',
    first_at: 'the first touch; before the story for old customers, whose first touch is not in the data',
    is_march_cohort: 'won by the campaign of March 2025',
    left_on: 'day of the last purchase of those who stopped for good, else empty',
    phone: 'E.164, the present one',
    email: 'the main one, or empty',
    purchases: 'completed orders and receipts that were not given back, within the story',
    records: 'records that are theirs, repeats counted',
  }),
  table('records', 'one row per record that belongs to a person', {
    relation: 'the raw table, without raw_',
    record_id:
      'its key; orders: channel/order_id; web and mail clicks: anonymous_id; app: device_id; social: profile_id',
    person_id: 'whose it is',
    reach:
      "a number within the person: records of one reach hang together by identifiers that stand in them in the clear and are the person's alone; other reaches of the person cannot be known (masked buyers, cookies never signed in, typing errors)",
  }),
  table('effects', 'one row per group of a planted effect', {
    effect: 'what was planted',
    group: 'the group counted',
    measure: 'what the number is',
    planted: 'how the generator drew it',
    observed: 'what it wrote, counted',
    count: 'how many values that is the mean of',
  }),
];

function table(name: string, grain: string, columns: Readonly<Record<string, string>>): RawTable {
  return {
    source: 'truth',
    name,
    grain,
    columns: Object.entries(columns).map(([column, meaning]) => ({
      name: column,
      type: 'text' as const,
      meaning,
    })),
  };
}
