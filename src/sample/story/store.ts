import { day, hour, timeOf, wallClockOf } from '../calendar.js';
import { storesNear } from '../catalogue.js';
import type { Random } from '../random.js';
import { asTyped, asWritten } from '../vietnam/text.js';
import { card, tillPhone } from './accounts.js';
import { basket, worth } from './basket.js';
import { phoneAt, type Scene } from './scene.js';
import { askAboutStore } from './surveys.js';

const cashiers = ['Hiền', 'Khoa', 'Mỹ', 'Nhã', 'Quân'];
const issues = [
  'Không lên nguồn',
  'Kêu to khi chạy',
  'Nắp bị nứt',
  'Pin sạc không vào',
  'Lớp chống dính bong',
];

/** A purchase at the till: the receipt, maybe a card, a refund, a claim later. */
export function storePurchase(scene: Scene, at: number): void {
  const { random, ledger, person } = scene;
  const store = random.pick(storesNear(person.household.home.province.new));
  if (scene.memberNo === null && random.chance(0.55)) card(scene, at - 120);
  else if (scene.memberNo !== null && random.chance(0.02)) card(scene, at - 120);
  const shown = scene.memberNo !== null && random.chance(0.8) ? scene.memberNo : null;
  const phone =
    shown === null
      ? random.chance(0.55)
        ? tillPhone(scene, at)
        : none
      : random.chance(0.3)
        ? tillPhone(scene, at)
        : none;
  const lines = basket(scene, at);
  const receiptId = `${store.id}-${ledger.key('', 7)}`;
  const total = worth(lines);
  const cashier = random.pick(cashiers);
  const method = random.pick(['cash', 'card', 'qr', 'qr', 'ewallet']);
  const again = { twice: 0.012 };
  const written = ledger.row(
    random,
    'raw_pos.receipts',
    at,
    {
      receipt_id: receiptId,
      store_id: store.id,
      cashier,
      member_no: shown,
      customer_phone: phone.text,
      customer_name: random.chance(0.1) ? asTyped(random, person.fullName) : null,
      sold_at: wallClockOf(at),
      kind: 'sale',
      refund_of: null,
      payment_method: method,
      total: printed(random, total),
    },
    again,
  );
  if (!written) return;
  lines.forEach((line, index) => {
    ledger.row(
      random,
      'raw_pos.receipt_lines',
      at,
      {
        receipt_id: receiptId,
        line_no: index + 1,
        sku: line.product.sku,
        quantity: line.quantity,
        amount: line.quantity * line.price,
      },
      again,
    );
  });
  ledger.belongs('raw_pos.receipts', receiptId, [shown === null ? null : `member ${shown}`, phone.key]);
  const refunded = random.chance(0.025);
  if (!refunded) scene.boughtAt.push(at);
  if (refunded) {
    const later = at + random.between(1, 7) * day;
    const refundId = `${store.id}-${ledger.key('', 7)}`;
    const given = ledger.row(random, 'raw_pos.receipts', later, {
      receipt_id: refundId,
      store_id: store.id,
      cashier,
      member_no: shown,
      customer_phone: phone.text,
      customer_name: null,
      sold_at: wallClockOf(later),
      kind: 'refund',
      refund_of: receiptId,
      payment_method: method,
      total: printed(random, -total),
    });
    if (given) {
      ledger.belongs('raw_pos.receipts', refundId, [shown === null ? null : `member ${shown}`, phone.key]);
      lines.forEach((line, index) => {
        ledger.row(random, 'raw_pos.receipt_lines', later, {
          receipt_id: refundId,
          line_no: index + 1,
          sku: line.product.sku,
          quantity: -line.quantity,
          amount: -line.quantity * line.price,
        });
      });
    }
  }
  if ((shown !== null || phone.key !== null) && random.chance(0.3))
    askAboutStore(scene, at + 3 * hour, receiptId);
  if (random.chance(0.12)) storeVisit(scene, at - 10 * 60, true);
  if (random.chance(0.03))
    claim(scene, at + random.between(20, 250) * day, receiptId, lines[0]?.product.sku ?? 'SKU-001');
}

const none = { text: null, key: null, e164: null };

/** A visit written down by the staff. */
export function storeVisit(scene: Scene, at: number, bought: boolean): void {
  const { random, ledger, person } = scene;
  const id = ledger.key('SV', 5);
  const phone = scene.memberNo === null && random.chance(0.7) ? phoneAt(scene, at, 0) : none;
  const written = ledger.row(random, 'raw_pos.store_visits', at, {
    visit_id: id,
    store_id: random.pick(storesNear(person.household.home.province.new)).id,
    staff: random.pick(cashiers),
    member_no: scene.memberNo,
    customer_phone: phone.text,
    purpose: random.pick(['browse', 'advice', 'advice', 'pick_up']),
    is_purchase: bought,
    visited_at: timeOf(at),
  });
  if (written) {
    ledger.belongs('raw_pos.store_visits', id, [
      scene.memberNo === null ? null : `member ${scene.memberNo}`,
      phone.key,
    ]);
  }
}

function claim(scene: Scene, at: number, receiptId: string, sku: string): void {
  const { random, ledger, person, end } = scene;
  const id = ledger.key('WC', 4);
  const phone = phoneAt(scene, at, 0);
  const closedAt = at + random.between(2, 20) * day;
  const open = closedAt + 2 * day >= end;
  const written = ledger.row(random, 'raw_warranty.claims', open ? at : closedAt, {
    claim_id: id,
    customer_name: asTyped(random, person.fullName),
    phone: phone.text,
    sku,
    bought_from: 'pos',
    bought_in: receiptId,
    issue: asWritten(random, random.pick(issues)),
    outcome: open ? null : random.pick(['repaired', 'repaired', 'replaced', 'refunded', 'refused']),
    opened_at: timeOf(at),
    closed_at: open ? null : timeOf(closedAt),
  });
  if (written) ledger.belongs('raw_warranty.claims', id, [phone.key]);
}

/** Dong as the till prints them. */
function printed(random: Random, amount: number): string {
  const draw = random.next();
  if (draw < 0.25) return String(amount);
  const dotted = String(amount).replace(/\B(?=(\d{3})+$)/g, '.');
  return draw < 0.85 ? dotted : `${dotted}đ`;
}
