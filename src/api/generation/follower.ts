import { ThauError } from '../../errors/thau-error.js';
import type { Database } from '../../postgres/database.js';
import { Listener } from '../../postgres/listener.js';
import type { Log } from '../log.js';
import { currentGeneration, readArtifacts, type Artifacts } from './artifacts.js';

export interface FollowerOptions<Loaded> {
  readonly database: Database;
  /** thau's own schema, quoted. */
  readonly state: string;
  readonly log: Log;
  /** Milliseconds between looks at the pointer, should a notification be lost. */
  readonly pollInterval: number;
  /** Makes of a generation's artifacts what answers requests; throws where they do not fit together. */
  readonly load: (artifacts: Artifacts, previous: Loaded | undefined) => Loaded;
  /** Called with each generation that was loaded, before `current` is it. */
  readonly onLoad?: (loaded: Loaded) => void;
  /** Called after each look at the pointer that reached the database: something may have been published. */
  readonly onFollowed?: () => void;
  /** Called on a notification of another channel. */
  readonly channels?: Readonly<Record<string, (payload: string) => void>>;
}

/** How the follower stands, for readiness. */
export interface FollowerStatus {
  readonly generation: string | undefined;
  /** Why the pointer's generation is not the one that answers; undefined while it is. */
  readonly fault: Error | undefined;
  readonly listening: boolean;
}

/**
 * Keeps the API on the current generation: it listens for publishes, looks at the pointer now and then, and loads
 * what a new generation brought. A generation that cannot be loaded leaves the one before in place. The connection
 * that listens is made again when it breaks, and the pointer is read each time it is.
 */
export class GenerationFollower<Loaded> {
  readonly #options: FollowerOptions<Loaded>;
  #current: Loaded | undefined;
  #generation: string | undefined;
  #pin: string | undefined;
  #fault: Error | undefined;
  #refreshing: Promise<void> | undefined;
  #again = false;
  #listener: Listener | undefined;
  #listening = false;
  #stopped = false;
  #poll: NodeJS.Timeout | undefined;

  constructor(options: FollowerOptions<Loaded>) {
    this.#options = options;
  }

  get current(): Loaded | undefined {
    return this.#current;
  }

  /**
   * The pointer's value that `current` stands for: its own generation, or one that could not be loaded, for which the
   * one before goes on answering. A statement that finds the pointer elsewhere was overtaken.
   */
  get pin(): string | undefined {
    return this.#pin;
  }

  /** Whether a publish would be heard of at once. */
  get listening(): boolean {
    return this.#listening;
  }

  get status(): FollowerStatus {
    return { generation: this.#generation, fault: this.#fault, listening: this.#listening };
  }

  /** Loads the current generation, if there is one, and follows from there. */
  async start(): Promise<void> {
    const { database, channels, log } = this.#options;
    this.#listener = await Listener.start({
      database,
      channels: { ...channels, thau_publish: () => void this.refresh() },
      onListening: () => {
        this.#listening = true;
        // a publish before this connection sent its notification to nobody
        void this.refresh();
      },
      onBroken: (error) => {
        this.#listening = false;
        log.warn('not listening for publishes', { error: error?.message });
      },
    });
    await this.refresh();
    this.#poll = setInterval(() => void this.refresh(), this.#options.pollInterval);
    this.#poll.unref();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#poll);
    await this.#listener?.close();
    await this.#refreshing;
  }

  /**
   * Looks at the pointer and loads what it names; returns when what was current at the call is loaded. Calls share
   * one look, and a call during a look makes one more after it.
   */
  async refresh(): Promise<void> {
    if (this.#refreshing !== undefined) {
      this.#again = true;
      return this.#refreshing;
    }
    this.#refreshing = (async () => {
      await this.#look();
      while (this.#askedAgain() && !this.#stopped) await this.#look();
    })().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  #askedAgain(): boolean {
    const asked = this.#again;
    this.#again = false;
    return asked;
  }

  async #look(): Promise<void> {
    const { database, state, log } = this.#options;
    try {
      const pointed = await currentGeneration(database, state);
      if (pointed === undefined) return;
      if (pointed === this.#pin) {
        if (this.#generation === this.#pin) this.#fault = undefined;
      } else {
        const artifacts = await readArtifacts(database, state);
        if (artifacts !== undefined) this.#load(artifacts);
      }
      this.#options.onFollowed?.();
    } catch (error) {
      this.#fault = error instanceof Error ? error : new Error(String(error));
      log.warn('the current generation could not be read', { error: this.#fault.message });
    }
  }

  #load(artifacts: Artifacts): void {
    const { log, load, onLoad } = this.#options;
    const started = performance.now();
    try {
      const loaded = load(artifacts, this.#current);
      onLoad?.(loaded);
      this.#current = loaded;
      this.#generation = artifacts.generation;
      this.#pin = artifacts.generation;
      this.#fault = undefined;
      const milliseconds = Math.round(performance.now() - started);
      log.info(`generation ${artifacts.generation} loaded`, {
        generation: artifacts.generation,
        milliseconds,
      });
    } catch (error) {
      this.#pin = artifacts.generation;
      this.#fault = error instanceof Error ? error : new Error(String(error));
      log.error(`generation ${artifacts.generation} refused: the one before goes on answering`, {
        generation: artifacts.generation,
        error: this.#fault.message,
        ...(error instanceof ThauError && { notes: error.notes }),
      });
    }
  }
}
