import { timeOf } from '../calendar.js';
import { masked } from '../vietnam/names.js';
import { writtenProvince } from '../vietnam/provinces.js';
import { basket, worth } from './basket.js';
import { fulfil } from './fulfilment.js';
import type { Scene } from './scene.js';

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
