import type { DocumentNode, ExecutionResult, OperationDefinitionNode } from 'graphql';
import type { Database } from '../../postgres/database.js';
import type { GenerationFollower } from '../generation/follower.js';
import type { LoadedGeneration } from '../generation/loaded-generation.js';
import type { Answerer } from '../graphql/answerer.js';
import type { RequestContext } from '../http/request-context.js';
import type { Log } from '../log.js';
import type { Bell } from './bell.js';

/** A subscription that was asked for: parsed, validated against the current schema. */
export interface SubscriptionQuestion {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: Omit<RequestContext, 'cancellation'>;
  /** Whether the caller may still ask: a key may be revoked while a subscription goes on. */
  readonly stillAllowed: () => Promise<boolean>;
}

/** An event, and a name for it from which a client can go on after a break. */
export interface LiveEvent {
  readonly result: ExecutionResult;
  readonly id?: string;
}

export type LiveEvents = AsyncIterableIterator<LiveEvent, undefined>;

/** Events until the signal aborts, looked up when the one before was taken. */
export type EventSource = (signal: AbortSignal) => AsyncGenerator<LiveEvent, void>;

/** What the sources of events look at. */
export interface LiveParts {
  readonly database: Database;
  /** thau's own schema, quoted. */
  readonly state: string;
  readonly answerer: Answerer;
  readonly follower: GenerationFollower<LoadedGeneration>;
  readonly log: Log;
  /** Rings when something was published, or may have been. */
  readonly published: Bell;
}
