import type { RunOutcome } from './run-order.js';

/** What a scheduler does, as it does it. */
export type ScheduleEvent =
  | { readonly kind: 'leading' | 'following' }
  | { readonly kind: 'started' | 'waiting' | 'skipped'; readonly trigger: string }
  | { readonly kind: 'finished'; readonly trigger: string; readonly outcome: RunOutcome }
  | { readonly kind: 'failed'; readonly trigger: string; readonly error: unknown }
  | { readonly kind: 'trouble'; readonly error: unknown };
