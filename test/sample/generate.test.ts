import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ThauError } from '../../src/errors/thau-error.js';
import { relationOf } from '../../src/sample/contract/table.js';
import { rawTables } from '../../src/sample/contract/tables.js';
import { truthTables } from '../../src/sample/contract/truth.js';
import { csvLine } from '../../src/sample/csv.js';
import { generate } from '../../src/sample/generate.js';
import type { SampleRow } from '../../src/sample/ledger.js';
import type { SampleOptions } from '../../src/sample/options.js';

const tables = new Map(
  [...rawTables, ...truthTables].map((table) => [
    table.source === 'truth' ? `truth.${table.name}` : relationOf(table),
    table,
  ]),
);

function told(options: Partial<SampleOptions>): Map<string, SampleRow['values'][]> {
  const rows = new Map<string, SampleRow['values'][]>([...tables.keys()].map((name) => [name, []]));
  for (const row of generate(options)) {
    const table = tables.get(row.relation);
    if (!table) throw new Error(`unknown ${row.relation}`);
    csvLine(table, row); // refuses columns that the contract does not know
    rows.get(row.relation)?.push(row.values);
  }
  return rows;
}

function digest(options: Partial<SampleOptions>): string {
  const hash = createHash('sha256');
  for (const row of generate(options)) hash.update(JSON.stringify(row));
  return hash.digest('hex');
}

const rows = told({});
const of = (relation: string): SampleRow['values'][] => rows.get(relation) ?? [];
const distinct = (relation: string, column: string): Set<unknown> =>
  new Set(of(relation).map((row) => row[column]));

const validators: Record<string, RegExp> = {
  integer: /^-?\d+$/,
  numeric: /^-?\d+(\.\d+)?$/,
  'double precision': /^-?\d+(\.\d+)?$/,
  boolean: /^(true|false)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  timestamptz: /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z$/,
};

describe('the sample shop', () => {
  test('is the same for the same options and another for another seed', () => {
    expect(digest({ customers: 60, seed: 7 })).toBe(digest({ customers: 60, seed: 7 }));
    expect(digest({ customers: 60, seed: 7 })).not.toBe(digest({ customers: 60, seed: 8 }));
  });

  test('fills every table of the contract', () => {
    expect([...rows].filter(([, held]) => held.length === 0).map(([name]) => name)).toEqual([]);
  });

  test('writes values of the types that the contract states', () => {
    const wrong: string[] = [];
    for (const table of rawTables) {
      for (const { name, type } of table.columns) {
        const pattern = validators[type];
        if (!pattern) continue;
        for (const row of of(relationOf(table))) {
          const value = row[name];
          if (value !== null && !pattern.test(String(value)))
            wrong.push(`${relationOf(table)}.${name}: ${String(value)}`);
        }
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
  });

  test('holds mail addresses at reserved domains alone', () => {
    const domains = new Set<string>();
    for (const held of rows.values()) {
      for (const row of held) {
        for (const value of Object.values(row)) {
          const found = typeof value === 'string' ? /@([\w.-]+)/.exec(value) : null;
          if (found?.[1] !== undefined) domains.add(found[1].toLowerCase());
        }
      }
    }
    expect([...domains].sort()).toEqual(['example.com', 'example.net', 'example.org']);
  });

  test('knows whose each record is', () => {
    const ids: Record<string, (row: SampleRow['values']) => unknown> = {
      'crm.contacts': (row) => row['contact_id'],
      'loyalty.members': (row) => row['member_no'],
      'ecommerce.customers': (row) => row['customer_id'],
      'ecommerce.orders': (row) => `${String(row['channel'])}/${String(row['order_id'])}`,
      'pos.receipts': (row) => row['receipt_id'],
      'web.events': (row) => row['anonymous_id'],
      'app.events': (row) => row['device_id'],
      'support.tickets': (row) => row['ticket_id'],
      'support.calls': (row) => row['call_id'],
      'support.chats': (row) => row['conversation_id'],
      'survey.invitations': (row) => row['invitation_id'],
      'social.mentions': (row) => row['profile_id'],
    };
    const known = new Set(
      of('truth.records').map((row) => `${String(row['relation'])} ${String(row['record_id'])}`),
    );
    for (const [relation, id] of Object.entries(ids)) {
      const unknown = of(`raw_${relation}`).filter((row) => !known.has(`${relation} ${String(id(row))}`));
      expect(unknown.slice(0, 2), relation).toEqual([]);
    }
    expect(of('truth.records').length).toBe(known.size);
  });

  test('writes phones in many forms, names in NFC, NFD and bare letters, and repeats deliveries', () => {
    const phones = of('raw_crm.contacts').map((row) => String(row['phone']));
    for (const form of [
      /^0\d{9}$/,
      /^\+84\d{9}$/,
      /^0084/,
      /^01\d{2} ?\d{3} ?\d{4}$/,
      /^\d{4}\.\d{3}\.\d{3}$/,
      /^\(\+84\)/,
      /\.0$/,
      /^khong co$/,
    ]) {
      expect(
        phones.some((phone) => form.test(phone)),
        String(form),
      ).toBe(true);
    }
    const names = of('raw_crm.contacts').map((row) => String(row['full_name']));
    expect(names.some((name) => name !== name.normalize('NFC'))).toBe(true);
    expect(names.some((name) => /^[A-Za-z ]+$/.test(name))).toBe(true);
    expect(of('raw_web.events').length).toBeGreaterThan(distinct('raw_web.events', 'event_id').size);
    expect(of('raw_pos.receipts').length).toBeGreaterThan(distinct('raw_pos.receipts', 'receipt_id').size);
    const years = new Set(of('raw_web.events').map((row) => String(row['occurred_at']).slice(0, 4)));
    expect(years.has('1970')).toBe(true);
    expect([...years].some((year) => Number(year) > 2090)).toBe(true);
  });

  test('sells more before Tết and hardly at Tết', () => {
    const days = of('raw_pos.receipts').map((row) =>
      String(row['sold_at']).slice(0, 10).split('/').reverse().join('-'),
    );
    const between = (from: string, to: string): number =>
      days.filter((day) => day >= from && day <= to).length;
    // 2026-02-17 is the first day of the year of the horse
    expect(between('2026-01-31', '2026-02-13')).toBeGreaterThan(1.5 * between('2026-04-11', '2026-04-24'));
    expect(between('2026-02-16', '2026-02-22')).toBeLessThan(0.5 * between('2026-04-13', '2026-04-19'));
  });

  test('plants what the truth says', () => {
    const observed = new Map(
      of('truth.effects').map((row) => [String(row['group']), Number(row['observed'])]),
    );
    const value = (group: string): number => observed.get(group) ?? NaN;
    expect(value('nps: parcel on time') - value('nps: late parcel')).toBeGreaterThan(2);
    expect(value('csat: reply within 24 h') - value('csat: reply after 24 h')).toBeGreaterThan(0.8);
    expect(value('ces: solved at once') - value('ces: reopened')).toBeGreaterThan(0.8);
    expect(value('leaves: March 2025 cohort') - value('leaves: other buyers')).toBeGreaterThan(0.4);
    expect(value('first by email: men 35-50') / value('first by email: others')).toBeGreaterThan(3);
    expect(value('first by social ads: women 15-25') / value('first by social ads: others')).toBeGreaterThan(
      2,
    );
    expect(value('X1 order: treatment') - value('X1 order: control')).toBeGreaterThan(0.08);
    expect(value('X2 treatment')).toBeGreaterThan(0.54);
  });

  test('writes addresses in the 63 provinces before they were merged and in the 34 since, in several spellings', () => {
    const gone = /(Bình Dương|Bà Rịa|Hải Dương|Nam Định|Bình Thuận|Long An|Vĩnh Phúc)/;
    const orders = of('raw_ecommerce.orders');
    const old = (row: SampleRow['values']): boolean => gone.test(String(row['ship_province']));
    const share = (from: string, to: string): number => {
      const held = orders.filter((row) => String(row['placed_at']) >= from && String(row['placed_at']) < to);
      return held.filter(old).length / held.length;
    };
    expect(share('2025-01-01', '2025-07-01')).toBeGreaterThan(0.03);
    // people go on writing the name that they know, less and less often
    expect(share('2025-07-01', '2026-07-01')).toBeGreaterThan(0);
    expect(share('2025-07-01', '2026-07-01')).toBeLessThan(share('2025-01-01', '2025-07-01'));
    const spellings = distinct('raw_ecommerce.orders', 'ship_province');
    for (const spelling of ['HCM', 'Ho Chi Minh', 'Hồ Chí Minh']) expect(spellings.has(spelling)).toBe(true);
  });

  test('masks every buyer of a marketplace, and nobody of the own site', () => {
    for (const row of of('raw_ecommerce.orders')) {
      const isOwn = row['channel'] === 'own_site';
      for (const value of [row['buyer_name'], row['buyer_phone']]) {
        if (value !== null) expect(String(value).includes('*'), JSON.stringify(row)).toBe(!isOwn);
      }
      if (!isOwn) expect([row['customer_id'], row['buyer_email']]).toEqual([null, null]);
    }
  });

  test('has parcels refused at the door, paid by cash alone and never collected', () => {
    const refused = of('raw_ecommerce.orders').filter((row) => row['status'] === 'cod_refused');
    const cash = of('raw_ecommerce.orders').filter((row) => row['payment_method'] === 'cod');
    expect(refused.every((row) => row['payment_method'] === 'cod' && row['paid_at'] === null)).toBe(true);
    expect(refused.length / cash.length).toBeGreaterThan(0.03);
    expect(refused.length / cash.length).toBeLessThan(0.15);
  });

  test('has families that share a phone, and numbers typed wrongly', () => {
    const digits = (text: unknown): string =>
      String(text)
        .replaceAll(/[^0-9]/g, '')
        .slice(-9);
    const owners = new Map(
      of('truth.records').map((row) => [
        `${String(row['relation'])} ${String(row['record_id'])}`,
        row['person_id'],
      ]),
    );
    const users = new Map<string, Set<unknown>>();
    for (const row of of('raw_loyalty.members')) {
      if (row['phone'] === null) continue;
      const phone = digits(row['phone']);
      users.set(
        phone,
        (users.get(phone) ?? new Set()).add(owners.get(`loyalty.members ${String(row['member_no'])}`)),
      );
    }
    expect([...users.values()].filter((people) => people.size > 1).length).toBeGreaterThan(5);
    const true_ = new Set(of('truth.people').map((row) => digits(row['phone'])));
    const neighbours = (phone: string): string[] =>
      Array.from(
        phone,
        (_, at) =>
          phone.slice(0, at) + phone.slice(at + 1, at + 2) + phone.slice(at, at + 1) + phone.slice(at + 2),
      );
    const mistyped = of('raw_crm.contacts').filter((row) => {
      const phone = digits(row['phone']);
      return phone.length === 9 && !true_.has(phone) && neighbours(phone).some((near) => true_.has(near));
    });
    expect(mistyped.length).toBeGreaterThan(0);
  });

  test('counts an order number that two channels share as two orders', () => {
    const own = new Set(
      of('raw_ecommerce.orders')
        .filter((row) => row['channel'] === 'own_site')
        .map((row) => row['order_id']),
    );
    const lazada = of('raw_ecommerce.orders').filter((row) => row['channel'] === 'lazada');
    expect(lazada.some((row) => own.has(row['order_id']))).toBe(true);
  });

  test.each([
    [{ customers: 0 }, 'customers is 0'],
    [{ customers: 1.5 }, 'customers is 1.5'],
    [{ seed: 2 ** 40 }, 'seed is'],
    [{ days: 5 }, 'days is 5'],
    [{ until: '2026-02-30' }, 'until is "2026-02-30"'],
    [{ until: 'today' }, 'until is "today"'],
  ] satisfies [Partial<SampleOptions>, string][])('refuses %j', (options, message) => {
    expect(() => [...generate(options)]).toThrow(ThauError);
    expect(() => [...generate(options)]).toThrow(message);
  });
});

describe('a part of the story', () => {
  const story = { customers: 60, seed: 3 };
  const raw = (options: Partial<SampleOptions>): string[] =>
    [...generate(options)].filter((row) => row.relation.startsWith('raw_')).map((row) => JSON.stringify(row));
  const arrival = (line: string): string => (JSON.parse(line) as SampleRow).values['_loaded_at'] as string;

  test('what arrived before a day and what arrives from then on are the whole story, row by row', () => {
    const whole = raw(story);
    const past = raw({ ...story, before: '2026-06-01' });
    const day = raw({ ...story, from: '2026-06-01', before: '2026-06-02' });
    const later = raw({ ...story, from: '2026-06-02' });
    expect([past, day, later].map((rows) => rows.length > 0)).toEqual([true, true, true]);
    expect([...past, ...day, ...later].sort()).toEqual([...whole].sort());
    expect([...past, ...later]).not.toContainEqual(day[0]);
    // days are local, seven hours ahead
    expect(past.every((line) => arrival(line) < '2026-05-31T17:00Z')).toBe(true);
    expect(
      day.every((line) => arrival(line) >= '2026-05-31T17:00Z' && arrival(line) < '2026-06-01T17:00Z'),
    ).toBe(true);
  });

  test('the next day leaves every earlier row as it was', () => {
    const today = new Set(raw({ ...story, before: '2026-06-01' }));
    const tomorrow = raw({ ...story, before: '2026-06-02' });
    const kept = tomorrow.filter((line) => today.has(line));
    expect(kept).toHaveLength(today.size);
    expect(tomorrow.length).toBeGreaterThan(today.size);
  });

  test('late and repeated deliveries of what happened before arrive in a later part', () => {
    const events = raw({ customers: 300, events: 60_000, from: '2026-06-01' })
      .map((line) => JSON.parse(line) as SampleRow)
      .filter((row) => row.relation === 'raw_web.events');
    const before = new Set(
      raw({ customers: 300, events: 60_000, before: '2026-06-01' }).map(
        (line) => (JSON.parse(line) as SampleRow).values['event_id'],
      ),
    );
    const isLate = ({ values }: SampleRow): boolean => String(values['occurred_at']) < '2026-05-31T17:00:00Z';
    expect(events.some((row) => isLate(row) && !before.has(row.values['event_id'] ?? null))).toBe(true);
    expect(events.some((row) => before.has(row.values['event_id'] ?? null))).toBe(true);
  });

  test('as many events as were asked for come by visits alone, every other row staying as it is', () => {
    const plain = raw(story);
    const more = raw({ ...story, events: 6000 });
    expect(Math.abs(more.length / 6000 - 1)).toBeLessThan(0.05);
    const added = more.filter((line) => !line.includes('"event_id":"WB'));
    expect(added.join() === plain.join()).toBe(true);
    expect(raw({ ...story, events: 10 }).join() === plain.join()).toBe(true);
  });

  test('every added visit belongs to a person of the truth', () => {
    const rows = [...generate({ ...story, events: 4000 })];
    const known = new Set(
      rows
        .filter((row) => row.relation === 'truth.records')
        .map(({ values }) => `${String(values['relation'])} ${String(values['record_id'])}`),
    );
    const unknown = rows.filter(
      (row) =>
        row.relation === 'raw_web.events' && !known.has(`web.events ${String(row.values['anonymous_id'])}`),
    );
    expect(unknown).toEqual([]);
  });

  test.each([
    [{ events: 0 }, 'events is 0'],
    [{ from: 'yesterday' }, 'from is "yesterday"'],
    [{ before: '2026-13-01' }, 'before is "2026-13-01"'],
    [{ from: '2026-06-01', before: '2026-06-01' }, 'no row arrives from 2026-06-01'],
  ] satisfies [Partial<SampleOptions>, string][])('refuses %j', (options, message) => {
    expect(() => [...generate(options)]).toThrow(message);
  });
});
