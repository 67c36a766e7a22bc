import type { EventWindow } from '../../project/context/event-window.js';
import { selectedWords, type RunFlagsGiven } from './run-flags.js';

/** What a run was started with, as its row keeps it for history and retry. */
export function argsOf(
  flags: RunFlagsGiven,
  sample: EventWindow | undefined,
): Readonly<Record<string, unknown>> {
  const all = {
    select: selectedWords(flags),
    exclude: flags.exclude ?? [],
    selector: flags.selector,
    state: flags.state,
    defer: flags.defer,
    favor_state: flags.favorState,
    defer_state: flags.deferState,
    resource_types: flags.resourceType,
    exclude_resource_types: flags.excludeResourceType,
    indirect_selection: flags.indirectSelection,
    vars: flags.vars,
    full_refresh: flags.fullRefresh,
    fail_fast: flags.failFast,
    store_failures: flags.storeFailures,
    empty: flags.empty,
    incremental_path: flags.incrementalPath,
    dependents: flags.dependents,
    // as moments, so that a retry samples the same
    sample: sample && `{start: ${sample.start.toISOString()}, end: ${sample.end.toISOString()}}`,
    event_time_start: flags.eventTimeStart,
    event_time_end: flags.eventTimeEnd,
  };
  return Object.fromEntries(
    Object.entries(all).filter(
      ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
    ),
  );
}

/** The flags a run was started with, from its row. */
export function flagsOf(args: Readonly<Record<string, unknown>>): RunFlagsGiven {
  const words = (key: string): readonly string[] | undefined => {
    const value = args[key];
    return Array.isArray(value) ? value.map(String) : undefined;
  };
  const text = (key: string): string | undefined => {
    const value = args[key];
    return typeof value === 'string' ? value : undefined;
  };
  const set = (key: string): true | undefined => (args[key] === true ? true : undefined);
  const all = {
    select: words('select') ?? [],
    exclude: words('exclude') ?? [],
    selector: text('selector'),
    state: text('state'),
    defer: set('defer'),
    favorState: set('favor_state'),
    deferState: text('defer_state'),
    resourceType: words('resource_types'),
    excludeResourceType: words('exclude_resource_types'),
    indirectSelection: text('indirect_selection'),
    // dbt's run_results.json has them as data
    vars: text('vars') ?? (isRecord(args['vars']) ? JSON.stringify(args['vars']) : undefined),
    fullRefresh: set('full_refresh'),
    storeFailures: set('store_failures'),
    empty: set('empty'),
    incrementalPath: text('incremental_path'),
    dependents: text('dependents'),
    sample: text('sample'),
    eventTimeStart: text('event_time_start'),
    eventTimeEnd: text('event_time_end'),
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}
