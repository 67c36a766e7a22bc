import { dateOf, day, daysFromTet, hour, localDay, minute, timeOf } from '../calendar.js';
import { aWeek, type Value } from '../ledger.js';
import { asWritten } from '../vietnam/text.js';
import { reviewTexts } from '../words/comments.js';
import type { Line } from './basket.js';
import type { Scene } from './scene.js';
import { complain } from './support.js';
import { askNps, type Touchpoint } from './surveys.js';

export interface Order {
  readonly id: string;
  readonly channel: string;
  readonly at: number;
  readonly lines: readonly Line[];
  readonly isCod: boolean;
  /** The final row's columns, status and times aside. */
  readonly values: Readonly<Record<string, Value>>;
  readonly total: number;
}

/** What becomes of an order: its status, its parcel, complaints, surveys, reviews; tells whether it was written. */
export function fulfil(scene: Scene, order: Order): boolean {
  const { random, ledger, effects, end } = scene;
  const { id, channel, at, lines, isCod, values, total } = order;
  const status = random.weighted([
    [isCod ? 'cod_refused' : 'completed', isCod ? 9 : 0],
    ['cancelled', 4],
    ['returned', 3],
    ['completed', 84],
  ] as const);
  const carrier = channel === 'shopee' ? 'SPX' : random.pick(['GHN', 'GHTK', 'Viettel Post', 'J&T']);
  const nearTet = Math.abs(daysFromTet(localDay(at)) + 6) < 14;
  const isLate = random.chance((carrier === 'J&T' ? 0.3 : 0.11) + (nearTet ? 0.2 : 0));
  const shippedAt = at + random.between(4, 40) * hour;
  const promised = shippedAt + random.between(2, 4) * day;
  const arrivesAt = Math.max(
    shippedAt + 6 * hour,
    isLate
      ? promised + random.between(1, 4) * day + random.between(0, 5) * hour
      : promised - random.between(6, 40) * hour,
  );
  const stage = (name: string, when: number, paidAt: number | null): boolean =>
    ledger.row(
      random,
      'raw_ecommerce.orders',
      when,
      { ...values, status: name, paid_at: paidAt === null ? null : timeOf(paidAt), updated_at: timeOf(when) },
      { twice: 0.01 },
    );
  const prepaid = isCod ? null : at + 3 * minute;
  if (status === 'cancelled') {
    if (!stage('cancelled', at + random.between(1, 20) * hour, null)) return stage('placed', at, prepaid);
    items(scene, order);
    return true;
  }
  const endsAt = status === 'returned' ? arrivesAt + random.between(2, 6) * day : arrivesAt;
  const isFinished = endsAt + 3 * hour < end;
  if (!isFinished || random.chance(0.14)) {
    if (!stage('placed', at, prepaid)) return false;
    if (!isFinished && shippedAt < end) stage('shipped', shippedAt, prepaid);
  }
  if (isFinished) stage(status, endsAt + hour, status === 'cod_refused' ? null : (prepaid ?? arrivesAt));
  items(scene, order);
  const refused = status === 'cod_refused';
  if (isCod && isFinished) effects.add('cod refused', refused ? 1 : 0);
  if (shippedAt >= end) return true;
  const arrived = arrivesAt < end;
  ledger.row(random, 'raw_logistics.deliveries', arrived ? arrivesAt : shippedAt, {
    delivery_id: ledger.key('D', 6),
    channel,
    order_id: id,
    carrier,
    province: values['ship_province'] ?? null,
    shipped_at: timeOf(shippedAt),
    promised_on: dateOf(promised),
    delivered_at: arrived && !refused ? timeOf(arrivesAt) : null,
    attempts: refused ? 3 : random.chance(0.85) ? 1 : 2,
    status: arrived ? (refused ? 'refused' : 'delivered') : 'in_transit',
    collected: isCod && arrived && !refused ? total : 0,
  });
  if (!arrived || refused) return true;
  // late is what the page says: handed over on a later local day than promised
  const late = dateOf(arrivesAt) > dateOf(promised);
  effects.add('parcel late', late ? 1 : 0);
  if (status === 'completed') scene.boughtAt.push(at);
  const touchpoint: Touchpoint = { type: 'order', id, channel, canReach: channel === 'own_site' };
  if (random.chance(late ? 0.4 : 0.07))
    complain(scene, arrivesAt - random.between(1, 20) * hour, late, touchpoint);
  askNps(scene, arrivesAt + random.between(4, 30) * hour, touchpoint, late);
  for (const line of lines) review(scene, order, line, arrivesAt, late);
  return true;
}

function items({ random, ledger }: Scene, { id, channel, at, lines, values }: Order): void {
  lines.forEach((line, index) => {
    ledger.row(random, 'raw_ecommerce.order_items', at, {
      channel,
      order_id: id,
      line_no: index + 1,
      product_id: line.product.id,
      quantity: random.chance(0.002) ? -line.quantity : line.quantity,
      unit_price: values['currency'] === 'USD' ? Math.round(line.price / 250) / 100 : line.price,
    });
  });
}

function review(scene: Scene, order: Order, line: Line, arrivesAt: number, late: boolean): void {
  const { random, ledger } = scene;
  if (!random.chance(0.12)) return;
  const rating = Math.max(1, Math.min(5, Math.round(random.normal(late ? 3.1 : 4.6, 0.9))));
  const at = arrivesAt + random.between(6, 20 * 24) * hour;
  if (at > arrivesAt + 3 * aWeek) return;
  ledger.row(random, 'raw_ecommerce.reviews', at, {
    review_id: ledger.key('V', 5),
    channel: order.channel,
    order_id: order.id,
    product_id: line.product.id,
    customer_id: order.values['customer_id'] ?? null,
    buyer_id: order.values['buyer_id'] ?? null,
    rating,
    text: random.chance(0.8) ? asWritten(random, random.pick(reviewTexts[rating] ?? [])) : null,
    created_at: timeOf(at),
  });
}
