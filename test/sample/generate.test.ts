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
