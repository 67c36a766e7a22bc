import type { Product } from '../catalogue.js';
import type { Value } from '../ledger.js';
import { streamed } from '../ledger.js';
import { timeOf } from '../calendar.js';
import type { Scene } from './scene.js';

export interface Visit {
  readonly browser: string;
  readonly at: number;
  /** What brought them. */
  readonly source?: {
    readonly source: string | null;
    readonly medium: string | null;
    readonly campaign: string | null;
    readonly referrer: string | null;
  };
  readonly product?: Product;
  /** How far they go: looks, fills a cart, reaches a step of the checkout, or buys. */
  readonly until: 'look' | 'cart' | 'shipping' | 'payment' | 'purchase';
  readonly orderId?: string;
  /** Signed in from the start. */
  readonly customerId?: string | null;
  /** An address typed into a form. */
  readonly email?: { readonly text: string | null; readonly key: string | null };
  /** What the keys of its events begin with; default W. */
  readonly prefix?: string;
}

const sequence = ['add_to_cart', 'begin_checkout', 'shipping', 'payment', 'purchase'] as const;
const stops = { look: 0, cart: 1, shipping: 3, payment: 4, purchase: 5 } as const;

/** A visit to the own site, event by event; answers with the moment of its last event. */
export function visit(scene: Scene, plan: Visit): number {
  const { random, ledger } = scene;
  const device = random.weighted([
    ['mobile', 70],
    ['desktop', 26],
    ['tablet', 4],
  ] as const);
  const { browser, product } = plan;
  let at = plan.at;
  let isFirst = true;
  const customerId = plan.customerId ?? null;
  const emit = (name: string, values: Record<string, Value> = {}): void => {
    // broken clocks: a browser that lives in 1970, another in 2099
    const clock = random.chance(0.0015) ? (random.chance(0.5) ? at % 86_400 : at + 2_300_000_000) : at;
    const source = isFirst ? plan.source : undefined;
    ledger.row(
      random,
      'raw_web.events',
      at,
      {
        event_id: ledger.key(plan.prefix ?? 'W', 7),
        anonymous_id: browser,
        customer_id: customerId,
        event_name: name,
        occurred_at: timeOf(clock),
        page: null,
        product_id: null,
        order_id: null,
        email: null,
        referrer: source?.referrer ?? null,
        utm_source: source?.source ?? null,
        utm_medium: source?.medium ?? null,
        utm_campaign: source?.campaign ?? null,
        device: isFirst ? device : null,
        engaged_seconds: null,
        detail: null,
        ...values,
      },
      streamed,
    );
    isFirst = false;
    at += random.between(8, 95);
  };
  if (product === undefined || plan.source !== undefined) {
    emit('page_view', {
      page:
        product && random.chance(0.7)
          ? path(product)
          : random.pick(['/', '/', '/khuyen-mai', '/blog/meo-vat', '/cua-hang']),
    });
  }
  if (random.chance(0.07))
    emit('search', {
      page: '/tim-kiem',
      detail: random.pick(['noi chien', 'quà tết', 'máy hút bụi', 'ban chai dien', 'lõi lọc']),
    });
  if (product) {
    emit('product_view', { page: path(product), product_id: product.id });
    if (random.chance(0.2)) {
      // dwell: people stay longest with the things that need explaining
      const seconds = Math.round(random.exponential(product.price > 1_000_000 ? 95 : 35)) + 5;
      at += seconds;
      emit('ping', {
        page: path(product),
        product_id: product.id,
        engaged_seconds: Math.min(seconds, 1800),
        detail: `scroll ${String(random.between(2, 10) * 10)}`,
      });
    }
  }
  if (plan.email !== undefined && plan.email.text !== null) {
    emit(random.chance(0.3) ? 'content_download' : 'form_submit', {
      page: '/dang-ky-nhan-tin',
      email: plan.email.text,
    });
  }
  for (const name of sequence.slice(0, stops[plan.until])) {
    // the checkout's inner steps are always sent when it ends there, else now and then lost
    if ((name === 'shipping' || name === 'payment') && plan.until === 'purchase' && random.chance(0.8))
      continue;
    emit(name, {
      page: name === 'add_to_cart' && product ? path(product) : '/mua',
      product_id: name === 'add_to_cart' ? (product?.id ?? null) : null,
      order_id: name === 'purchase' ? (plan.orderId ?? null) : null,
    });
  }
  ledger.belongs('raw_web.events', browser, [
    `anonymous ${browser}`,
    customerId === null ? null : `customer ${customerId}`,
    plan.email?.key ?? null,
  ]);
  return at;
}

function path(product: Product): string {
  return `/p/${product.id.toLowerCase()}`;
}
