import { ThauError } from '../../errors/thau-error.js';
import type { Database } from '../../postgres/database.js';
import { GenerationLease } from '../../postgres/generation-lease.js';
import { readArtifacts, type Artifacts } from '../generation/artifacts.js';
import type { GenerationFollower } from '../generation/follower.js';
import type { LoadedGeneration } from '../generation/loaded-generation.js';

export interface PagePinsOptions {
  readonly database: Database;
  /** thau's own schema, quoted. */
  readonly state: string;
  readonly follower: GenerationFollower<LoadedGeneration>;
  /** Makes of a generation that is no longer the current one what answers from it; it keeps no answers. */
  readonly load: (artifacts: Artifacts) => LoadedGeneration;
}

/** Milliseconds that a generation is kept for the next page, from the last one on. */
const patience = 300_000;
/** Earlier generations that one process keeps at once. */
const most = 8;

interface Pin {
  readonly lease: GenerationLease;
  loaded: LoadedGeneration | undefined;
  timer: NodeJS.Timeout;
}

/**
 * Generations that are read page by page: all pages are of the first one's generation, so that no row is missed or told
 * twice. Each is leased for five minutes after its last page; one that garbage collection took is gone (410).
 */
export class PagePins {
  readonly #options: PagePinsOptions;
  readonly #pins = new Map<string, Promise<Pin>>();
  #stopped = false;

  constructor(options: PagePinsOptions) {
    this.#options = options;
  }

  /** What answers from a generation that a page was of. Throws POSTGRES_NO_SUCH_GENERATION where it is no longer kept. */
  async find(generation: string): Promise<LoadedGeneration> {
    const { current } = this.#options.follower;
    if (current?.generation === generation) return current;
    const pin = await this.#pin(generation);
    if (pin.loaded === undefined) {
      const { database, state, load } = this.#options;
      const artifacts = await readArtifacts(database, state, generation);
      if (artifacts === undefined) throw new ThauError('API_NO_GENERATION', 'Its artifacts are gone.');
      pin.loaded = load(artifacts);
    }
    return pin.loaded;
  }

  /** Another page may follow: its generation stays for a while. Throws as `find` does. */
  async keep(generation: string): Promise<void> {
    await this.#pin(generation);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#pins.keys()].map((generation) => this.forget(generation)));
  }

  async #pin(generation: string): Promise<Pin> {
    const known = this.#pins.get(generation);
    // the least recently used stand first
    if (known !== undefined) this.#pins.delete(generation);
    const pinning = known ?? this.#take(generation);
    this.#pins.set(generation, pinning);
    try {
      const pin = await pinning;
      if (pin.lease.signal.aborted) {
        // it ran out while the database was away: perhaps the generation is still there
        await this.forget(generation);
        return await this.#pin(generation);
      }
      pin.timer.refresh();
      const [oldest] = this.#pins.keys();
      if (this.#stopped) await this.forget(generation);
      else if (this.#pins.size > most && oldest !== undefined) await this.forget(oldest);
      return pin;
    } catch (error) {
      if (this.#pins.get(generation) === pinning) this.#pins.delete(generation);
      throw error;
    }
  }

  async #take(generation: string): Promise<Pin> {
    const { database, state } = this.#options;
    const holder = 'pages of flat rows';
    const lease = await GenerationLease.take({ database, state, generation: Number(generation), holder });
    const timer = setTimeout(() => void this.forget(generation), patience);
    timer.unref();
    return { lease, loaded: undefined, timer };
  }

  /** Nothing of it is known any more: the next who asks finds out whether it is still there. */
  async forget(generation: string): Promise<void> {
    const pinning = this.#pins.get(generation);
    this.#pins.delete(generation);
    const pin = await pinning?.catch(() => undefined);
    if (pin === undefined) return;
    clearTimeout(pin.timer);
    await pin.lease.release();
  }
}
