import { timeOf } from '../calendar.js';
import { writtenAddress, writtenProvince } from '../vietnam/provinces.js';

import { basket, worth } from './basket.js';
import { fulfil } from './fulfilment.js';
import { emailAt, phoneAt, takeLanding, type Scene } from './scene.js';
import { visit, type Visit } from './site.js';
import { typedName } from './typed.js';

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
