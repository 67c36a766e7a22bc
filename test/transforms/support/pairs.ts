import type { TestDatabase } from '../../support/test-database.js';
import { putTable, truth } from './warehouse.js';

export interface PairwiseAnswer {
  /** Of the pairs of records that were given one customer, the share that is one person. */
  readonly precision: number;
  /** Of the pairs that can be known to be one person (one reach of the truth), the share given one customer. */
  readonly recall: number;
}

/** Sources of the truth's records: how each is found among what was built. */
const recordTypes: Readonly<Record<string, string>> = {
  'crm.contacts': 'contact',
  'ecommerce.customers': 'account',
  'ecommerce.orders': 'order',
  'loyalty.members': 'member',
  'pos.receipts': 'receipt',
  'pos.store_visits': 'store_visit',
  'support.calls': 'call',
  'support.chats': 'chat',
  'support.tickets': 'ticket',
  'survey.invitations': 'invitation',
  'warranty.claims': 'claim',
};

const identityTypes: Readonly<Record<string, string>> = {
  'web.events': 'cookie',
  'app.events': 'device',
  'marketing.email_events': 'cookie',
  'social.engagements': 'profile',
  'social.mentions': 'profile',
};

/** Puts the truth beside the warehouse: table `answered`, a record with its person, reach and customer. */
export async function putAnswers(database: TestDatabase): Promise<void> {
  await putTable(database, 'truth_records', truth('records'));
  const values = (map: Readonly<Record<string, string>>): string =>
    Object.entries(map)
      .map(([relation, type]) => `('${relation}', '${type}')`)
      .join(', ');
  await database.query(`
    create table answered as
    select t.relation, t.record_id, t.person_id, t.reach, r.customer_id
    from truth_records as t
    join (values ${values(recordTypes)}) as types (relation, record_type) using (relation)
    left join unified.record_identities as r
      on r.record_type = types.record_type and r.record_id = replace(t.record_id, '/', ':')
    union all
    select t.relation, t.record_id, t.person_id, t.reach, i.customer_id
    from truth_records as t
    join (values ${values(identityTypes)}) as types (relation, identifier_type) using (relation)
    left join unified.identities as i
      on i.identifier_type = types.identifier_type
      and (i.identity_id = types.identifier_type || ':' || t.record_id
        or (types.identifier_type = 'profile' and i.identifier_value like '%:' || t.record_id))`);
}

/** Counts pairs of records; a record without a customer is in a pair with none. */
export async function pairwise(database: TestDatabase): Promise<PairwiseAnswer> {
  const [row] = await database.query(`
    with given as (
      select *, coalesce(customer_id::text, relation || record_id) as given_id from answered
    )
    select
      (select sum(n * (n - 1) / 2) from (select count(*) as n from given group by given_id) as g) as given_pairs,
      (select sum(n * (n - 1) / 2) from (select count(*) as n from given group by given_id, person_id) as g) as right_pairs,
      (select sum(n * (n - 1) / 2) from (select count(*) as n from given group by person_id, reach) as g) as known_pairs,
      (select sum(n * (n - 1) / 2)
       from (select count(*) as n from given group by person_id, reach, given_id) as g) as found_pairs`);
  const count = (name: string): number => Number(row?.[name]);
  return {
    precision: count('right_pairs') / count('given_pairs'),
    recall: count('found_pairs') / count('known_pairs'),
  };
}
