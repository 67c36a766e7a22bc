/** What the scheduler asks for: one run of a selection. */
export interface RunOrder {
  /** `schedule:nightly`, `request:7`; stands in `runs.trigger`. */
  readonly trigger: string;
  readonly select: readonly string[];
  readonly exclude: readonly string[];
  readonly fullRefresh: boolean;
  /** No run: an earlier generation is shown again, the one before unless a number says which. */
  readonly rollback?: { readonly to?: number };
}

/** How it ended; `state` as in `runs.state`. */
export interface RunOutcome {
  readonly runId: number;
  readonly state: string;
}

/**
 * Performs a run. Rejects with POSTGRES_RUN_LOCKED while another process builds: the order is then kept and tried
 * again. Aborting the signal cancels the run.
 */
export type PerformRun = (order: RunOrder, signal: AbortSignal) => Promise<RunOutcome>;

/** An order from plain data (a request's `args`, a schedule's `selection`); unknown shapes become defaults. */
export function runOrder(
  trigger: string,
  args: Readonly<Record<string, unknown>>,
  kind: string = 'run',
): RunOrder {
  const to = Number(args['to'] ?? Number.NaN);
  return {
    ...(kind === 'rollback' && { rollback: Number.isSafeInteger(to) ? { to } : {} }),
    trigger,
    select: texts(args['select']),
    exclude: texts(args['exclude']),
    fullRefresh: args['full_refresh'] === true,
  };
}

function texts(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : typeof value === 'string' ? [value] : [];
  return list.filter((item): item is string => typeof item === 'string' && item.trim() !== '');
}
