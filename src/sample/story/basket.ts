import { daysFromTet, localDay } from '../calendar.js';
import { beforeTet, everyday, pairs, product, type Product } from '../catalogue.js';
import type { Scene } from './scene.js';

export interface Line {
  readonly product: Product;
  readonly quantity: number;
  readonly price: number;
}

/** What goes into one basket, with the planted pairs. */
export function basket({ random, effects }: Scene, at: number): readonly Line[] {
  const tet = daysFromTet(localDay(at));
  const shelf = tet >= -30 && tet < 0 ? beforeTet : everyday;
  const lines: Line[] = [];
  const put = (item: Product): void => {
    if (lines.some((line) => line.product.id === item.id)) return;
    const quantity = random.chance(0.85) ? 1 : random.between(2, 4);
    lines.push({
      product: item,
      quantity,
      price: random.chance(0.25) ? Math.round((item.price * 0.9) / 1000) * 1000 : item.price,
    });
  };
  const count = random.weighted([
    [1, 68],
    [2, 22],
    [3, 10],
  ] as const);
  for (let i = 0; i < count; i++) put(random.weighted(shelf));
  for (const [first, second] of pairs) {
    if (!lines.some((line) => line.product.id === first)) continue;
    if (random.chance(0.5)) put(product(second));
    effects.add('pair bought', lines.some((line) => line.product.id === second) ? 1 : 0);
  }
  return lines;
}

export function worth(lines: readonly Line[]): number {
  return lines.reduce((sum, line) => sum + line.quantity * line.price, 0);
}
