import type { ExecutionResult } from 'graphql';
import { ThauError } from '../../errors/thau-error.js';
import type { LoadedGeneration } from '../generation/loaded-generation.js';
import type { Answerer } from '../graphql/answerer.js';
import { faultOfError, graphqlFault } from '../graphql/graphql-fault.js';
import { arrivalEvents } from './arrival-events.js';
import { Bell } from './bell.js';
import { changeEvents } from './change-events.js';
import { generationEvents } from './generation-events.js';
import type { EventSource, LiveEvents, LiveParts, SubscriptionQuestion } from './live-event.js';
import { LiveLimits } from './live-limits.js';
import { runEvents } from './run-events.js';
import { RunWatch } from './run-watch.js';
import { subscriptionField } from './subscription-field.js';

export interface SubscriptionsOptions extends Omit<LiveParts, 'published'> {
  /** Open at once in this process. */
  readonly most: number;
  /** Open at once of one key. */
  readonly mostOfOne: number;
}

/**
 * Tells subscribers what happens, from rows: a notification only says that it is time to look. Each subscriber keeps
 * how far it was told, and is told the next when it has taken the last, so a slow one holds nothing in memory and
 * none misses what happened while the database, or the connection that listens, was away.
 */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #parts: LiveParts & { readonly runs: RunWatch; readonly ran: Bell };
  readonly #published = new Bell();
  readonly #ran = new Bell();
  readonly #runs: RunWatch;
  readonly #limits: LiveLimits;
  readonly #open = new Set<AbortController>();
  #stopping = false;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
    this.#limits = new LiveLimits(options.most, options.mostOfOne);
    this.#runs = new RunWatch(options.database, options.state, this.#ran);
    this.#parts = { ...options, published: this.#published, runs: this.#runs, ran: this.#ran };
  }

  get open(): number {
    return this.#limits.open;
  }

  get stopping(): boolean {
    return this.#stopping;
  }

  /** Something was published, or may have been. */
  readonly publishHeard = (): void => this.#published.ring();

  /** A run ended, or may have. */
  readonly runHeard = (): void => void this.#runs.look();

  /** Ends all. */
  stop(): void {
    this.#stopping = true;
    for (const one of this.#open) one.abort();
  }

  /** Events from now on, or why there are none. Its `return` ends it at once, also while it waits. */
  async subscribe(
    question: SubscriptionQuestion,
    resumeAfter?: string,
  ): Promise<LiveEvents | ExecutionResult> {
    const { follower } = this.#options;
    const loaded = follower.current;
    if (loaded === undefined || this.#stopping) {
      return failed(new ThauError('API_NO_GENERATION', 'Nothing was published yet.'), question);
    }
    const { document, operation, variables } = question;
    const field = subscriptionField(loaded.schema, document, operation, variables);
    if (!('name' in field)) return { errors: field };
    const source = await this.#source(question, field, loaded, resumeAfter);
    if (source === undefined) {
      const message = `Subscription.${field.name} is bound to nothing.`;
      return { errors: [graphqlFault('BAD_USER_INPUT', message, { status: 400 })] };
    }
    const release = this.#limits.take(question.context.caller);
    if (release === undefined) {
      const message = 'There are as many subscriptions open as there may be.';
      return {
        errors: [
          graphqlFault('LIMIT_EXCEEDED', message, { status: 429, hint: 'End one that is no longer needed.' }),
        ],
      };
    }
    return this.#guarded(question, source, release);
  }

  /** What a field tells of; undefined where it is bound to nothing. */
  async #source(
    question: SubscriptionQuestion,
    { name, args }: { readonly name: string; readonly args: Readonly<Record<string, unknown>> },
    loaded: LoadedGeneration,
    resumeAfter: string | undefined,
  ): Promise<EventSource | undefined> {
    const bound = loaded.subscriptionField(name);
    const parts = this.#parts;
    switch (bound?.kind) {
      case 'event':
        return bound.model === 'thau.generations'
          ? await generationEvents(parts, question, numberIn(resumeAfter) ?? numberIn(args['after']))
          : runEvents(parts, question, numberIn(args['runId']));
      case 'many':
        return arrivalEvents(parts, question, loaded);
      case 'metrics':
        return changeEvents(parts, question, loaded);
      default:
        return undefined;
    }
  }

  /** Runs a source until it ends, is returned from, or the caller may ask no longer. */
  #guarded(question: SubscriptionQuestion, source: EventSource, release: () => void): LiveEvents {
    const controller = new AbortController();
    this.#open.add(controller);
    const events = source(controller.signal);
    let done = false;
    const finish = (): IteratorReturnResult<undefined> => {
      if (!done) {
        done = true;
        this.#open.delete(controller);
        controller.abort();
        release();
        void events.return(undefined).catch(() => undefined);
      }
      return { done: true, value: undefined };
    };
    const iterator: LiveEvents = {
      [Symbol.asyncIterator]: () => iterator,
      next: async () => {
        if (done) return finish();
        try {
          const next = await events.next();
          if (next.done === true || controller.signal.aborted) return finish();
          if (!(await question.stillAllowed())) {
            finish();
            const message = 'The key ended.';
            return {
              done: false,
              value: { result: { errors: [graphqlFault('UNAUTHENTICATED', message, { status: 401 })] } },
            };
          }
          return next;
        } catch (error) {
          finish();
          if (controller.signal.aborted && error instanceof ThauError && error.code === 'API_CLIENT_GONE') {
            return { done: true, value: undefined };
          }
          return { done: false, value: { result: failed(error, question, this.#options.answerer) } };
        }
      },
      return: () => Promise.resolve(finish()),
    };
    return iterator;
  }
}

/** A generation's number, in what a client sent. */
function numberIn(value: unknown): string | undefined {
  const written = typeof value === 'number' ? String(value) : value;
  return typeof written === 'string' && /^\d{1,18}$/.test(written) ? written : undefined;
}

function failed(error: unknown, { context }: SubscriptionQuestion, answerer?: Answerer): ExecutionResult {
  answerer?.note(error, context.requestId);
  return { errors: [faultOfError(error, context.requestId)] };
}
