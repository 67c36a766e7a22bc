import { timeOf } from '../calendar.js';
import { basket, worth } from './basket.js';
import { takeLanding, type Scene } from './scene.js';
import { visit, type Visit } from './site.js';

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
