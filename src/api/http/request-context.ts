import type { ExecutionResult } from 'graphql';
import type { AccessRole } from '../../access/role-book.js';
import type { Caller } from '../../access/caller.js';
import type { Trace } from '../traces/tracer.js';
import type { Cancellation } from '../../postgres/statements/cancellation.js';

/** What belongs to one request from its arrival to its answer. Apollo copies it, so it is plain data. */
export interface RequestContext {
  /** Sent back as `X-Request-Id`, and in every line of the log. */
  readonly requestId: string;
  readonly caller: Caller;
  readonly access: AccessRole;
  readonly cancellation: Cancellation;
  /** Where the request is traced. */
  readonly trace?: Trace | undefined;
  /** An answer that was made before Apollo was asked: only its form is Apollo's. */
  readonly ready?: ExecutionResult;
}
