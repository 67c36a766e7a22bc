import { hour, timeOf } from '../calendar.js';
import type { Scene } from './scene.js';

/** X1 runs in autumn 2025 over all accounts there are; X2 in spring 2026, split 58 to 42 by mistake. */
export const experiments = [
  {
    id: 'X1',
    start: '2025-09-15',
    end: '2025-11-30',
    name: 'Thanh miễn phí vận chuyển',
    metric: 'order_within_30_days',
    hypothesis: 'Thấy còn thiếu bao nhiêu để miễn phí vận chuyển thì nhiều người đặt hàng hơn',
    treatment: 0.5,
  },
  {
    id: 'X2',
    start: '2026-03-10',
    end: '2026-05-10',
    name: 'Ảnh sản phẩm lớn',
    metric: 'order_within_30_days',
    hypothesis: 'Ảnh lớn hơn làm nhiều người đặt hàng hơn',
    treatment: 0.58,
  },
] as const;

/** Puts a new account into the arms of the experiments that run. */
export function assignExperiments(scene: Scene, customerId: string, at: number): void {
  const { random, ledger, effects } = scene;
  for (const { id, start, end, treatment } of experiments) {
    const from = Date.parse(`${start}T00:00:00+07:00`) / 1000;
    const to = Date.parse(`${end}T00:00:00+07:00`) / 1000;
    const when = Math.max(at, from + random.between(0, 14 * 24) * hour);
    if (when >= to || !random.chance(0.6)) continue;
    const arm = random.chance(treatment) ? 'treatment' : 'control';
    const written = ledger.row(random, 'raw_experiments.assignments', when, {
      experiment_id: id,
      unit_type: 'ecommerce_customer',
      unit_id: customerId,
      arm,
      assigned_at: timeOf(when),
    });
    if (!written) continue;
    if (id === 'X2') effects.add('X2 treatment', arm === 'treatment' ? 1 : 0);
    scene.assignments.push({ experimentId: id, arm, at: when });
  }
}
