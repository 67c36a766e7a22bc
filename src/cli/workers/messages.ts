import type { MetricsSnapshot } from '../../api/metrics/request-metrics.js';

/** What the primary says to a worker. */
export type ToWorker =
  | { readonly thau: 'stop' }
  | { readonly thau: 'count'; readonly round: number }
  | { readonly thau: 'counted'; readonly ask: number; readonly snapshots: readonly MetricsSnapshot[] }
  | { readonly thau: 'taken'; readonly ask: number; readonly wait: number | undefined };

/** What a worker says to the primary. */
export type ToPrimary =
  | { readonly thau: 'listening'; readonly url: string }
  | { readonly thau: 'ask'; readonly ask: number }
  | { readonly thau: 'take'; readonly ask: number; readonly name: string; readonly perMinute: number }
  | { readonly thau: 'snapshot'; readonly round: number; readonly snapshot: MetricsSnapshot };

/** Whether a message is one of ours: other parts of Node talk over the same channel. */
export const isOurs = <Message extends ToWorker | ToPrimary>(message: unknown): message is Message =>
  typeof message === 'object' && message !== null && 'thau' in message;
