import type { ManifestNode } from '../../project/manifest.js';
import { isMicrobatch, microbatchConfig } from '../../project/settings/microbatch-config.js';
import { batchName, truncate } from '../microbatch/batch-time.js';
import type { InputStates } from './input-states.js';

const milliseconds: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** dbt's way to write a time: `{count: 4, period: hour}`. */
function periodOf(value: unknown): number | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { count, period } = value as Record<string, unknown>;
  const unit = typeof period === 'string' ? milliseconds[period.replace(/s$/, '')] : undefined;
  return typeof count === 'number' && unit !== undefined ? count * unit : undefined;
}

/**
 * How long what a node answered stays good although its SQL reads the clock or calls volatile functions: dbt's
 * `freshness: {build_after: {count: 1, period: day}}`. Undefined: not at all.
 */
export function statedPeriod(node: ManifestNode): number | undefined {
  const { freshness } = node.config;
  if (typeof freshness !== 'object' || freshness === null) return undefined;
  return periodOf((freshness as Record<string, unknown>)['build_after']);
}

export interface ReconcileQuestion {
  /** `counted`: sources that changed only as PostgreSQL's counters tell, which prove change and never sameness. */
  readonly states: Pick<InputStates, 'source' | 'counted' | 'nameOf'>;
  /** What the node reads. */
  readonly inputs: readonly string[];
  /** Milliseconds since it was built. */
  readonly age: number;
  /** `runs.reconcile`; 0 never. */
  readonly after: number;
}

/**
 * Counters are believed for so long and no longer: a node that has not been built since reads its sources again. A
 * source may say how long for itself, by `meta: {reconcile: {count: 1, period: hour}}`.
 */
export function reconcileReason({ states, inputs, age, after }: ReconcileQuestion): string | undefined {
  for (const id of inputs) {
    const source = states.source(id);
    if (!source || !states.counted.has(id)) continue;
    const limit = periodOf(source.config['reconcile']) ?? periodOf(source.meta['reconcile']) ?? after;
    if (limit > 0 && age > limit) {
      return `${states.nameOf(id)} was taken at its counters' word for more than ${periodText(limit)}`;
    }
  }
  return undefined;
}

export function periodText(time: number): string {
  for (const [unit, length] of Object.entries(milliseconds).reverse()) {
    if (time < length && unit !== 'minute') continue;
    const count = Math.round((time / length) * 10) / 10;
    return count === 1 ? `${unit === 'hour' ? 'an' : 'a'} ${unit}` : `${count} ${unit}s`;
  }
  return `${time} ms`;
}

/** Why a microbatch model is due whatever its inputs are: time went on. */
export function newBatch(
  node: ManifestNode,
  coveredUntil: ReadonlyMap<string, Date> | undefined,
  now: Date,
): string | undefined {
  if (!isMicrobatch(node.config)) return undefined;
  const config = microbatchConfig(node.config);
  const until = coveredUntil?.get(node.unique_id);
  if ('what' in config || until === undefined) return 'is built by batches of time';
  const open = truncate(now, config.batchSize);
  if (open <= until) return undefined;
  return `its ${config.batchSize} of ${batchName({ start: open, end: open }, config.batchSize)} has begun`;
}
