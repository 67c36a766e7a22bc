import type { FastifyReply } from 'fastify';
import type { RequestContext } from '../http/request-context.js';
import type { FlatRequest } from './read-parameters.js';
import type { TrustedOperation } from './trusted-operation.js';
import type { FlatFormat } from './write-rows.js';

/** A request for the rows of an operation, read and allowed. */
export interface FlatRowsRequest {
  readonly operation: TrustedOperation;
  readonly format: FlatFormat;
  readonly asked: FlatRequest;
  readonly context: RequestContext;
  readonly reply: FastifyReply;
}
