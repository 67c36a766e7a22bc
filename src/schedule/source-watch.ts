import type { Schedule } from '../config/settings.js';
import { qualifiedName } from '../postgres/identifier.js';
import type { Queryable } from '../postgres/queryable.js';

/** The states of sources by their ids; null where nobody can tell. Equal states are equal data. */
export type SourceStates = Readonly<Record<string, string | null>>;

/** Reads the states of the sources that the nodes of a schedule read. */
export type ReadSources = (schedule: Schedule) => Promise<SourceStates>;

export interface SourceWatchOptions {
  readonly database: Queryable;
  readonly stateSchema: string;
  readonly schedules: readonly Schedule[];
  readonly read: ReadSources;
  /** Whether it waits or runs already: what changes meanwhile is seen after it. */
  readonly isBusy: (name: string) => boolean;
  readonly onChange: (name: string) => void;
  readonly onTrouble: (error: unknown) => void;
}

/** Reading may take a tenth of the time, and is done every three seconds at least: counting rows is work. */
const share = 10;
const longestPause = 3000;

/**
 * Compares the sources of schedules that wait for them with what they were when each last ran. Reads beside the looks of
 * the scheduler, so that a source that is slow to count keeps no request waiting.
 */
export class SourceWatch {
  private readonly latest = new Map<string, SourceStates>();
  private readonly pausedUntil = new Map<string, number>();
  private readonly told = new Set<string>();
  private looking: Promise<void> | undefined;
  private again = false;
  private later: NodeJS.Timeout | undefined;
  private closed = false;
  private readonly schedules: readonly Schedule[];

  constructor(private readonly options: SourceWatchOptions) {
    this.schedules = options.schedules.filter((one) => one.enabled && one.onSourceChange);
  }

  /** Looks now, once more after the look that is under way, or when it may. Tells its troubles. */
  look(): void {
    this.again = true;
    this.looking ??= this.lookUntilDone().finally(() => {
      this.looking = undefined;
    });
  }

  get waits(): boolean {
    return this.schedules.length > 0;
  }

  /** Resolves when no look is under way, nor will be. */
  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.later);
    await this.looking;
  }

  /** What was last read of its sources: a run that begins now sees this or news. */
  statesOf(name: string): SourceStates | undefined {
    return this.latest.get(name);
  }

  /** Remembers what a run has dealt with. */
  async remember(name: string, states: SourceStates | undefined): Promise<void> {
    if (states === undefined) return;
    await this.options.database.query(
      `update ${qualifiedName(this.options.stateSchema, 'schedules')} set source_states = $2 where name = $1`,
      [name, JSON.stringify(states)],
    );
  }

  private async lookUntilDone(): Promise<void> {
    while (this.again && !this.closed) {
      this.again = false;
      await this.lookAtAll();
    }
  }

  private async lookAtAll(): Promise<void> {
    for (const schedule of this.schedules) {
      try {
        await this.lookAt(schedule);
        this.told.delete(schedule.name);
      } catch (error) {
        // a project that cannot be read is told once, not every second
        if (!this.told.has(schedule.name)) this.options.onTrouble(error);
        this.told.add(schedule.name);
      }
    }
  }

  private async lookAt(schedule: Schedule): Promise<void> {
    const { name } = schedule;
    const begun = performance.now();
    if (this.options.isBusy(name)) return;
    const pause = (this.pausedUntil.get(name) ?? 0) - begun;
    if (pause > 0) {
      this.later ??= setTimeout(() => {
        this.later = undefined;
        this.look();
      }, pause);
      return;
    }
    const first = !this.latest.has(name);
    let now: SourceStates;
    try {
      now = await this.options.read(schedule);
    } finally {
      const ended = performance.now();
      this.pausedUntil.set(name, ended + Math.min(share * (ended - begun), longestPause));
    }
    this.latest.set(name, now);
    if (first && !schedule.catchUp) {
      await this.remember(name, now);
      return;
    }
    const before = await this.remembered(name);
    const changed = Object.entries(now).some(([id, state]) => state !== null && before[id] !== state);
    // it may have become due by the clock while its sources were read
    if (changed && !this.options.isBusy(name)) this.options.onChange(name);
  }

  private async remembered(name: string): Promise<SourceStates> {
    const { rows } = await this.options.database.query<{ states: SourceStates | null }>(
      `select source_states as states from ${qualifiedName(this.options.stateSchema, 'schedules')} where name = $1`,
      [name],
    );
    return rows[0]?.states ?? {};
  }
}
