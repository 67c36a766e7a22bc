import cluster, { type Worker } from 'node:cluster';
import type { MetricsSnapshot } from '../../api/metrics/request-metrics.js';
import { TokenBuckets } from '../../api/http/token-buckets.js';
import type { CommandContext } from '../command.js';
import { isOurs, type ToPrimary, type ToWorker } from './messages.js';

/** A worker that lives shorter than this died of its start. */
const shortLife = 5_000;
/** Milliseconds before a worker is made anew: twice as long after each that died of its start, at most the last. */
const firstWait = 100;
const longestWait = 30_000;
/** Milliseconds in which workers count for each other. */
const countingTime = 1_000;

interface Counting {
  readonly snapshots: MetricsSnapshot[];
  readonly finish: () => void;
}

/**
 * Keeps several worker processes answering on one port, by node:cluster: makes one anew when it dies, replaces them
 * one after the other on SIGUSR2 (the new one answers before the old one stops), and stops them all at the end. It
 * holds the warehouse open meanwhile, so that an embedded PostgreSQL outlives its workers.
 */
export class WorkerPrimary {
  readonly #context: CommandContext;
  readonly #count: number;
  readonly #live = new Map<Worker, { readonly since: number; isListening: boolean; leaving: boolean }>();
  readonly #requests = new TokenBuckets();
  readonly #countings = new Map<number, Counting>();
  #rounds = 0;
  #stopping = false;
  #shortLives = 0;
  #reloading = false;
  #waits = new Set<NodeJS.Timeout>();

  constructor(context: CommandContext, count: number) {
    this.#context = context;
    this.#count = count;
  }

  /**
   * Serves until the signal aborts; answers with the exit code: 1 where no worker can start. `onListening` learns the
   * address once every worker answers.
   */
  async run(onListening: (url: string) => Promise<void>): Promise<number> {
    const { signal, output } = this.#context;
    const reload = (): void => void this.#reload();
    process.on('SIGUSR2', reload);
    try {
      const urls = await Promise.all(Array.from({ length: this.#count }, () => this.#start()));
      const url = urls.find((one) => one !== undefined);
      if (url === undefined || urls.includes(undefined)) return 1;
      await onListening(url);
      output.log(`GraphQL at ${url}/graphql, GraphiQL at ${url}/graphiql, by ${this.#count} workers`, {
        url,
        workers: this.#count,
      });
      await aborted(signal);
      return 0;
    } finally {
      process.off('SIGUSR2', reload);
      await this.#stop();
    }
  }

  /** A new worker; resolves with its address once it answers, with undefined where it ended before. */
  #start(): Promise<string | undefined> {
    const worker = cluster.fork();
    const life = { since: performance.now(), isListening: false, leaving: false };
    this.#live.set(worker, life);
    return new Promise((resolve) => {
      worker.on('message', (message: unknown) => {
        if (!isOurs<ToPrimary>(message)) return;
        if (message.thau === 'listening') {
          life.isListening = true;
          this.#context.output.log(`worker ${worker.process.pid ?? 0} answers`, {
            worker: worker.process.pid,
          });
          resolve(message.url);
        } else if (message.thau === 'ask') void this.#countFor(worker, message.ask);
        else if (message.thau === 'take') {
          // one count for all workers, whichever a connection came to
          const wait = this.#requests.take(message.name, message.perMinute);
          say(worker, { thau: 'taken', ask: message.ask, wait });
        } else this.#counted(message.round, message.snapshot);
      });
      worker.on('error', () => undefined);
      worker.once('exit', (code, signal) => {
        this.#live.delete(worker);
        resolve(undefined);
        if (this.#stopping || life.leaving || !life.isListening) return;
        this.#context.output.log(
          `worker ${worker.process.pid ?? 0} ended (${signal || String(code)}): another takes its place`,
          { worker: worker.process.pid, code, signal },
          'warn',
        );
        this.#replace(performance.now() - life.since < shortLife);
      });
    });
  }

  #replace(diedYoung: boolean): void {
    this.#shortLives = diedYoung ? this.#shortLives + 1 : 0;
    const wait = diedYoung ? Math.min(longestWait, firstWait * 2 ** this.#shortLives) : 0;
    const timer = setTimeout(() => {
      this.#waits.delete(timer);
      void this.#start().then((url) => {
        // one that cannot start says why itself; it is tried again, slower each time
        if (url === undefined && !this.#stopping) this.#replace(true);
      });
    }, wait);
    this.#waits.add(timer);
  }

  async #reload(): Promise<void> {
    if (this.#reloading || this.#stopping) return;
    this.#reloading = true;
    const { output } = this.#context;
    try {
      for (const [worker, life] of [...this.#live]) {
        if ((await this.#start()) === undefined) {
          output.log('a new worker could not start: the old ones go on', {}, 'warn');
          return;
        }
        life.leaving = true;
        await ending(worker);
      }
      output.log('every worker was replaced');
    } finally {
      this.#reloading = false;
    }
  }

  /** Gathers what every worker counted, for the one that was asked. */
  async #countFor(asker: Worker, ask: number): Promise<void> {
    this.#rounds += 1;
    const round = this.#rounds;
    const listening = [...this.#live].filter(([, life]) => life.isListening).map(([worker]) => worker);
    const snapshots: MetricsSnapshot[] = [];
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, countingTime);
      const finish = (): void => {
        clearTimeout(timer);
        resolve();
      };
      this.#countings.set(round, {
        snapshots,
        finish: () => (snapshots.length >= listening.length ? finish() : undefined),
      });
      for (const worker of listening) say(worker, { thau: 'count', round });
    });
    this.#countings.delete(round);
    say(asker, { thau: 'counted', ask, snapshots });
  }

  #counted(round: number, snapshot: MetricsSnapshot): void {
    const counting = this.#countings.get(round);
    counting?.snapshots.push(snapshot);
    counting?.finish();
  }

  async #stop(): Promise<void> {
    this.#stopping = true;
    for (const timer of this.#waits) clearTimeout(timer);
    await Promise.all([...this.#live.keys()].map(ending));
  }
}

/** Asks a worker to stop and waits until it is gone; its own `api.shutdown_timeout` bounds that. */
function ending(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    if (worker.isDead()) {
      resolve();
      return;
    }
    worker.once('exit', () => resolve());
    say(worker, { thau: 'stop' });
  });
}

function say(worker: Worker, message: ToWorker): void {
  if (worker.isConnected()) worker.send(message, () => undefined);
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
