import { ThauError } from '../errors/thau-error.js';
import type { Database, OwnSession } from './database.js';

export interface ListenerOptions {
  readonly database: Database;
  /** Channel to what is done with each payload. */
  readonly channels: Readonly<Record<string, (payload: string) => void>>;
  /** Called when listening (again): what was said before was not heard, so read the tables. */
  readonly onListening?: () => void;
  /** Told of each break; the listener goes on by itself. */
  readonly onBroken?: (error: ThauError | undefined) => void;
}

/**
 * LISTEN that outlives a restart of PostgreSQL: it connects again, waiting 0.1 s, 0.2 s … at most 5 s between
 * tries. Notifications sent meanwhile are gone, hence `onListening`.
 */
export class Listener {
  private own: OwnSession | undefined;
  private closed = false;
  private timer: NodeJS.Timeout | undefined;
  private tries = 0;

  private constructor(private readonly options: ListenerOptions) {}

  /** Resolves once it listens for the first time; rejects when it cannot connect at all. */
  static async start(options: ListenerOptions): Promise<Listener> {
    const listener = new Listener(options);
    await listener.connect();
    return listener;
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.own?.close().catch(() => undefined);
  }

  private async connect(): Promise<void> {
    const own = await this.options.database.session('thau listener');
    try {
      for (const [channel, on] of Object.entries(this.options.channels))
        await own.answered(own.session.listen(channel, on));
    } catch (error) {
      await own.close().catch(() => undefined);
      throw error;
    }
    if (this.closed) {
      await own.close();
      return;
    }
    this.own = own;
    this.tries = 0;
    void own.ended.then((reason) => {
      if (this.closed) return;
      this.options.onBroken?.(reason);
      this.retry();
    });
    this.options.onListening?.();
  }

  private retry(): void {
    if (this.closed) return;
    const wait = Math.min(5000, 100 * 2 ** this.tries);
    this.tries += 1;
    this.timer = setTimeout(() => {
      this.connect().catch((error: unknown) => {
        if (error instanceof ThauError) this.options.onBroken?.(error);
        this.retry();
      });
    }, wait);
  }
}
