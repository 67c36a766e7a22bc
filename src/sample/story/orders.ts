import { dateOf, day, daysFromTet, hour, localDay, minute, timeOf } from '../calendar.js';
import { aWeek, type Value } from '../ledger.js';
import { masked } from '../vietnam/names.js';
import { writtenAddress, writtenProvince } from '../vietnam/provinces.js';
import { asWritten } from '../vietnam/text.js';
import { reviewTexts } from '../words/comments.js';
import { typedName } from './accounts.js';
import { basket, worth, type Line } from './basket.js';
import { emailAt, phoneAt, takeLanding, type Scene } from './scene.js';
import { visit, type Visit } from './site.js';
import { complain } from './support.js';
import { askNps, type Touchpoint } from './surveys.js';

interface Order {
  readonly id: string;
  readonly channel: string;
  readonly at: number;
  readonly lines: readonly Line[];
  readonly isCod: boolean;
  /** The final row's columns, status and times aside. */
  readonly values: Readonly<Record<string, Value>>;
  readonly total: number;
}

/** An order of the own site: the visit, the cart, the order, the parcel and what comes of it. */
export function siteOrder(scene: Scene, start: number, isGuest: boolean, source?: Visit['source']): void {
  const { random, ledger, person } = scene;
  const browser = takeLanding(scene);
  const lines = basket(scene, start);
  const customerId = isGuest ? null : scene.customerId;
  const id = ledger.key('O', 6);
  const cartId = ledger.key('K', 5);
  const first = lines[0]?.product;
  const at = visit(scene, {
    browser,
    at: start,
    until: 'purchase',
    orderId: id,
    customerId,
    ...(source === undefined ? {} : { source }),
    ...(first === undefined ? {} : { product: first }),
  });
  const phone = phoneAt(scene, at);
  const email = emailAt(scene);
  const subtotal = worth(lines);
  const discount = random.chance(0.2) ? Math.round((subtotal * 0.1) / 1000) * 1000 : 0;
  const fee = subtotal < 300_000 ? 30_000 : 0;
  const method = random.weighted([
    ['cod', 50],
    ['card', 18],
    ['ewallet', 20],
    ['bank_transfer', 12],
  ] as const);
  // a few tourists' orders are in dollars
  const isDollar = random.chance(0.004);
  const money = (dong: number): number => (isDollar ? Math.round(dong / 250) / 100 : dong);
  const total = subtotal - discount + fee;
  const values = {
    order_id: id,
    channel: 'own_site',
    shop_id: null,
    customer_id: customerId,
    buyer_id: null,
    buyer_name: typedName(scene),
    buyer_phone: phone.text,
    buyer_email: email.text,
    ship_address: writtenAddress(random, person.household.home, at),
    ship_province: writtenProvince(random, person.household.home.province, at),
    payment_method: method,
    cart_id: cartId,
    anonymous_id: browser,
    coupon_code: discount > 0 ? random.pick(['PN83', 'CHAO10', 'TET10', 'BANBE']) : null,
    subtotal: money(subtotal),
    discount: money(discount),
    shipping_fee: money(fee),
    tax: money(Math.round((total * 8) / 108)),
    total: money(total),
    currency: isDollar ? 'USD' : 'VND',
    placed_at: timeOf(at),
  };
  const done = ledger.row(random, 'raw_ecommerce.carts', at, {
    cart_id: cartId,
    customer_id: customerId,
    anonymous_id: browser,
    created_at: timeOf(start),
    last_event_at: timeOf(at),
    last_step: 'done',
    item_count: lines.length,
    value: subtotal,
    exit_reason: null,
    order_id: id,
  });
  if (!done) return;
  const written = fulfil(scene, {
    id,
    channel: 'own_site',
    at,
    lines,
    isCod: method === 'cod',
    values,
    total,
  });
  if (!written) return;
  ledger.belongs('raw_ecommerce.orders', `own_site/${id}`, [
    `order own_site ${id}`,
    `anonymous ${browser}`,
    customerId === null ? null : `customer ${customerId}`,
    phone.key,
    email.key,
  ]);
}

/** A cart that is left; the reason is known when the shop's question was answered. */
export function abandonedCart(scene: Scene, start: number, source?: Visit['source']): void {
  const { random, ledger, effects } = scene;
  const browser = takeLanding(scene);
  const lines = basket(scene, start);
  const first = lines[0]?.product;
  const subtotal = worth(lines);
  const step = random.weighted([
    ['cart', 5],
    ['shipping', 4],
    ['payment', 3],
  ] as const);
  const customerId = random.chance(0.5) ? scene.customerId : null;
  const at = visit(scene, {
    browser,
    at: start,
    until: step,
    customerId,
    ...(source === undefined ? {} : { source }),
    ...(first === undefined ? {} : { product: first }),
  });
  const byFee = subtotal < 300_000 ? 0.6 : 0.1;
  const reason = random.chance(0.45)
    ? random.chance(byFee)
      ? 'shipping_fee'
      : random.pick(['complicated_payment', 'price', 'stock'])
    : null;
  const written = ledger.row(random, 'raw_ecommerce.carts', at, {
    cart_id: ledger.key('K', 5),
    customer_id: customerId,
    anonymous_id: browser,
    created_at: timeOf(start),
    last_event_at: timeOf(at),
    last_step: step,
    item_count: lines.length,
    value: subtotal,
    exit_reason: reason,
    order_id: null,
  });
  if (written && reason !== null) {
    effects.add(
      `exit by shipping fee: ${subtotal < 300_000 ? 'under 300,000' : '300,000 and more'}`,
      reason === 'shipping_fee' ? 1 : 0,
    );
  }
}

/** An order on a marketplace: the buyer is masked, and known by the marketplace's key alone. */
export function marketplaceOrder(scene: Scene, at: number): void {
  const { random, ledger, person } = scene;
  const channel = random.weighted([
    ['shopee', 60],
    ['lazada', 18],
    ['tiktok_shop', 22],
  ] as const);
  const buyerId = scene.buyers.get(channel) ?? `${channel.slice(0, 1)}${ledger.key('u', 6).slice(1)}`;
  scene.buyers.set(channel, buyerId);
  const lines = basket(scene, at);
  const subtotal = worth(lines);
  const discount = random.chance(0.4) ? Math.round((subtotal * 0.08) / 1000) * 1000 : 0;
  const isCod = random.chance(0.45);
  // lazada counts as the own site does, so that the same number names two orders
  const number = ledger.key(channel, 0).slice(channel.length);
  const id =
    channel === 'lazada'
      ? `O${number.padStart(6, '0')}`
      : `${channel === 'shopee' ? '25' : '57'}${number.padStart(9, '0')}`;
  const total = subtotal - discount + 16_500;
  const phone = person.phone.slice(-2);
  const written = fulfil(scene, {
    id,
    channel,
    at,
    lines,
    isCod,
    total,
    values: {
      order_id: id,
      channel,
      shop_id: `nhathau.${channel === 'tiktok_shop' ? 'tiktok' : channel}`,
      customer_id: null,
      buyer_id: buyerId,
      buyer_name: masked(person.name),
      buyer_phone: random.chance(0.5) ? `******${phone}` : `(+84)*****${phone}`,
      buyer_email: null,
      ship_address: null,
      ship_province: writtenProvince(random, person.household.home.province, at),
      payment_method: isCod ? 'cod' : random.pick(['ewallet', 'card']),
      cart_id: null,
      anonymous_id: null,
      coupon_code: null,
      subtotal,
      discount,
      shipping_fee: 16_500,
      tax: Math.round((total * 8) / 108),
      total,
      currency: 'VND',
      placed_at: timeOf(at),
    },
  });
  if (written)
    ledger.belongs('raw_ecommerce.orders', `${channel}/${id}`, [
      `order ${channel} ${id}`,
      `buyer ${channel} ${buyerId}`,
    ]);
}

function fulfil(scene: Scene, order: Order): boolean {
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
