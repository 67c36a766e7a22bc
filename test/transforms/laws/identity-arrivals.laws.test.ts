import { expect, test } from 'vitest';
import {
  createIdentityProject,
  type Arrival,
  type IdentityProject,
  type Split,
} from '../support/identity-project.js';

/**
 * Small worlds side by side in one project, which have nothing in common. `THAU_LAWS=200` tries as many, in more batches;
 * `THAU_IDENTITY_SEED` begins elsewhere.
 */
const laws = Number(process.env['THAU_LAWS'] ?? 0);
const worlds = laws === 0 ? 12 : laws;
const most = laws === 0 ? 2 : 5;
const seed = Number(process.env['THAU_IDENTITY_SEED'] ?? 1);
/** Small limits, so that a small world meets them. */
const limits = { identity_max_component: 7, identity_max_names: 3 };
/** With the step that finds people by what they tell, which may be turned on and off between builds. */
const matching = ['--vars', '{identity_matching: true}'];

test('whatever the order and the batches of arrival, people are those of one whole build', async () => {
  const random = randomOf(seed);
  const all = Array.from({ length: worlds }, (_, i) => makeWorld(random, `w${String(seed + i)}`));
  const arrivals = all.flatMap((world) => world.arrivals);
  const splits = all.flatMap((world) => world.splits);
  const whole = await createIdentityProject(limits);
  const grown = await createIdentityProject(limits);
  // the step turned off stands in every suite; turned on again, in that of the laws
  const matched = laws === 0 ? undefined : await createIdentityProject(limits);
  try {
    await whole.deliver(arrivals, loadedAt(0));
    whole.tellApart(splits);
    await whole.thau('build');

    const waiting = shuffled(arrivals, random);
    for (let batch = most; batch > 0; batch--) {
      const share = batch === 1 ? waiting.length : random(1 + Math.ceil((2 * waiting.length) / batch));
      await grown.deliver(waiting.splice(0, share), loadedAt(most - batch));
      // what was said may be taken back
      grown.tellApart(batch === 1 ? splits : shuffled(splits, random).slice(0, random(splits.length)));
      await grown.thau('build', ...(batch % 2 === 0 ? matching : []));
    }
    expect(await people(grown)).toEqual(await people(whole));
    expect(await refusals(grown)).toEqual(await refusals(whole));
    expect(await evidence(grown)).toEqual(await evidence(whole));
    expect(await stands(grown)).toEqual([]);

    // nothing came, but somebody spoke: half of what was said is taken back
    const left = shuffled(splits, random).slice(splits.length / 2);
    if (matched) {
      await matched.deliver(arrivals, loadedAt(0));
      matched.tellApart(left);
      grown.tellApart(left);
      await matched.thau('build', ...matching);
      await grown.thau('build', ...matching);
      expect(await people(grown)).toEqual(await people(matched));
      expect(await tiedByProbability(grown)).toBeGreaterThan(0);
      expect(await stands(grown)).toEqual([]);
    }

    // and comparing everything finds nothing to mend
    const before = { assignments: await assignments(grown), written: await written(grown) };
    await grown.thau('build', '--full-refresh', ...(matched ? matching : []));
    expect({ assignments: await assignments(grown), written: await written(grown) }).toEqual(before);
    expect(await people(grown)).toEqual(await people(matched ?? whole));
  } finally {
    await whole.drop();
    await grown.drop();
    await matched?.drop();
  }
}, 600_000);

/** Each batch was loaded days before or after the one that came before it: what comes late is not what is newest. */
function loadedAt(batch: number): string {
  return new Date(Date.UTC(2026, 2, 20, (batch % 2 === 0 ? batch : -batch) * 53)).toISOString();
}

/** Each person as the sorted list of identities. */
async function people({ database }: IdentityProject): Promise<unknown[]> {
  return database.query(
    `select string_agg(identity_id, ' ' order by identity_id) as identities
     from unified.identities group by customer_id order by 1`,
  );
}

async function refusals({ database }: IdentityProject): Promise<unknown[]> {
  return database.query(
    `select kind, identity_a, identity_b, refused_because from unified.identity_refusals
     where refused_because not like '%so no longer' and refused_because not like '%so any longer'
       and (kind <> 'claim' or first_record_key is not null)
     order by 1, 2, 3, 4`,
  );
}

/** How many are somebody's only because of what they tell. */
async function tiedByProbability({ database }: IdentityProject): Promise<number> {
  const rows = await database.query('select from unified.identities where tied_by_probability is not null');
  return rows.length;
}

/** What is known of each identity, and the customer's records. */
async function evidence({ database }: IdentityProject): Promise<unknown[]> {
  return database.query(
    `select i.identity_id, i.evidence_count, i.first_seen_at::text, i.last_seen_at::text, i.is_shared,
       (select string_agg(r.record_key, ' ' order by r.record_key) from unified.record_identities as r
        where r.identity_id = i.identity_id) as records
     from unified.identities as i order by 1`,
  );
}

async function assignments({ database }: IdentityProject): Promise<unknown[]> {
  return database.query(
    'select identity_id, assignment_number, customer_id from unified.identity_assignments order by 1, 2',
  );
}

/** The tables that are written bit by bit and in full alike, with the tree of evidence, but not which write a row is of. */
async function written({ database }: IdentityProject): Promise<unknown[]> {
  return database.query(
    `
    select 'identity' as kind, to_jsonb(i) - $1::text[] as said, i.identity_id as key from unified.identities as i
    union all
    select 'record', to_jsonb(r) - $1::text[], r.record_key from unified.record_identities as r
    order by kind, key`,
    [
      [
        'batch',
        'nodes_batch',
        'edges_batch',
        'components_batch',
        'certain_batch',
        'assignments_batch',
        'records_batch',
        'claims_batch',
        'identities_batch',
      ],
    ],
  );
}

/** What must hold of the history: the oldest number stays, numbers that were given up lead on, events are told. */
async function stands({ database }: IdentityProject): Promise<unknown[]> {
  return database.query(`
    with live as (select distinct customer_id from unified.identities),
    given as (select distinct customer_id from unified.identity_assignments)
    select 'a number given up leads nowhere' as fault, m.customer_id
    from unified.customer_moves as m where m.customer_id not in (select customer_id from live)
    union all
    select 'a live number was moved', m.previous_customer_id
    from unified.customer_moves as m where m.previous_customer_id in (select customer_id from live)
    union all
    select 'a younger number won', e.customer_id
    from unified.identity_events as e where e.kind = 'merge' and e.customer_id > e.previous_customer_id
    union all
    select 'two roots', customer_id from unified.identities where tied_to is null
    group by customer_id having count(*) > 1
    union all
    select 'a parent of another customer', i.customer_id
    from unified.identities as i join unified.identities as p on p.identity_id = i.tied_to
    where p.customer_id <> i.customer_id or coalesce(i.tied_by_record, i.tied_by_probability::text) is null`);
}

interface World {
  readonly arrivals: readonly Arrival[];
  readonly splits: readonly Split[];
}

/** Few values and many records, so that everything meets: families on a phone, kiosks, corrections, late deliveries. */
function makeWorld(random: (below: number) => number, world: string): World {
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
  const maybe = <T>(value: T, chance = 2): T | null => (random(chance) === 0 ? null : value);
  const names = [
    'nguyen van an',
    'nguyen an',
    'tran thi binh',
    'binh tran',
    'le cuong',
    'pham dung',
    'vo em',
  ];
  const phones = Array.from({ length: 7 }, (_, i) => `${world}+8491234567${String(i)}`);
  const emails = Array.from({ length: 6 }, (_, i) => `${'abcdef'.charAt(i)}@${world}.example`);
  const cookies = Array.from({ length: 4 }, (_, i) => `${world}-cookie-${String(i)}`);
  const accounts = Array.from({ length: 6 }, (_, i) => `${world}E${String(i)}`);
  const cards = Array.from({ length: 4 }, (_, i) => `${world}M${String(i)}`);
  const orders = Array.from({ length: 6 }, (_, i) => `own_site:${world}O${String(i)}`);
  const at = (): string =>
    new Date(Date.UTC(2026, random(3), 1 + random(28), random(24), random(60))).toISOString();
  // two in a world are of one birthday and place: so are the records of somebody who leaves no other trace
  const described = (name: string | null, province = true): Arrival['row'] => ({
    name_key: name,
    birth_date: name && maybe(`19${String(50 + (hash(world) % 40))}-0${String(1 + (name.length % 5))}-11`, 5),
    sex: name && maybe(name.length % 2 === 0 ? 'female' : 'male', 5),
    ...(province && { province_name: name && maybe(`P${String(hash(world) % 30)}`, 5) }),
  });
  const arrivals: Arrival[] = [];
  const add = (table: string, row: Arrival['row']): void => void arrivals.push({ table, row });
  // some turn out to have been told before, otherwise; of the moments none is another's, as the first one counts
  let told = 0;
  const addTold = (table: string, tell: () => Arrival['row']): void => {
    for (let times = 1 + Math.max(0, random(4) - 1); times > 0; times--) {
      add(table, {
        ...tell(),
        told_at: new Date(Date.UTC(2026, 2, 1 + random(19), 0, 0, told++)).toISOString(),
      });
    }
  };

  for (let i = 0; i < 8; i++) {
    // some contacts are corrected, one or two times
    for (let version = 0; version <= random(3); version++) {
      add('stg_crm__contacts', {
        contact_id: `${world}C${String(i)}`,
        created_at: `2026-01-0${String(i + 1)}T00:00:00Z`,
        ...described(maybe(pick(names), 5)),
        phone: maybe(pick(phones)),
        email: maybe(pick(emails)),
        updated_at: `2026-02-0${String(version + 1)}T00:00:0${String(i)}Z`,
      });
    }
  }
  for (const account of accounts) {
    add('stg_ecommerce__customers', {
      customer_id: account,
      registered_at: at(),
      ...described(maybe(pick(names), 4)),
      phone: maybe(pick(phones)),
      email: maybe(pick(emails)),
      anonymous_id: maybe(pick(cookies)),
    });
  }
  for (const card of cards) {
    add('stg_loyalty__members', {
      member_no: card,
      joined_at: at(),
      ...described(pick(names), false),
      phone: maybe(pick(phones)),
      email: null,
    });
  }
  for (const order of orders) {
    add('stg_ecommerce__orders', {
      order_key: order,
      placed_at: at(),
      name_key: maybe(pick(names)),
      account_id: maybe(pick(accounts)),
      phone: maybe(pick(phones)),
      email: null,
      anonymous_id: maybe(pick(cookies)),
      channel: 'own_site',
      shop_id: null,
      buyer_id: null,
    });
  }
  for (let i = 0; i < 5; i++) {
    addTold('stg_support__tickets', () => ({
      ticket_id: `${world}T${String(i)}`,
      created_at: at(),
      name_key: maybe(pick(names)),
      phone: maybe(pick(phones)),
      email: maybe(pick(emails)),
      order_key: maybe(pick(orders)),
    }));
    addTold('stg_support__calls', () => ({
      call_id: `${world}K${String(i)}`,
      started_at: at(),
      phone: maybe(pick(phones)),
      ticket_id: maybe(`${world}T${String(random(5))}`),
    }));
    add('stg_pos__receipts', {
      receipt_id: `${world}R${String(i)}`,
      sold_at: at(),
      name_key: maybe(pick(names)),
      member_no: maybe(pick(cards)),
      phone: maybe(pick(phones)),
    });
    addTold('stg_marketing__email_events', () => ({
      event_id: `${world}M${String(i)}`,
      email: pick(emails),
      anonymous_id: pick(cookies),
      occurred_at: at(),
    }));
  }
  for (let i = 0; i < 14; i++) {
    addTold('stg_web__events', () => ({
      event_id: `${world}W${String(i)}`,
      anonymous_id: pick(cookies),
      account_id: maybe(pick(accounts)),
      email: maybe(pick(emails), 3) ? null : pick(emails),
      occurred_at: at(),
    }));
  }
  for (let i = 0; i < 4; i++) {
    addTold('stg_app__events', () => ({
      event_id: `${world}A${String(i)}`,
      device_id: `${world}D${String(random(3))}`,
      account_id: maybe(pick(accounts)),
      occurred_at: at(),
    }));
  }
  const ends = [
    ...accounts.map((id) => `account:${id}`),
    ...cards.map((id) => `loyalty_no:${id}`),
    ...phones.map((id) => `phone:${id}`),
  ];
  const splits = Array.from({ length: 3 }, (): Split => [pick(ends), pick(ends)]);
  return { arrivals, splits };
}

function hash(text: string): number {
  return Buffer.from(text).reduce((sum, byte) => (Math.imul(sum, 31) + byte) >>> 0, 7);
}

function shuffled<T>(list: readonly T[], random: (below: number) => number): T[] {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = random(i + 1);
    [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
  }
  return copy;
}

function randomOf(seed: number): (below: number) => number {
  let state = Math.imul(seed, 2654435761) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
