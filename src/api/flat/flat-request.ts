import type { FastifyReply } from 'fastify';
import type { LoadedGeneration } from '../generation/loaded-generation.js';
import type { RequestContext } from '../http/request-context.js';
import type { FlatRequest } from './read-parameters.js';
import type { TrustedOperation } from './trusted-operation.js';
import type { FlatFormat } from './flat-format.js';

/** A request for the rows of an operation, read and allowed. */
export interface FlatRowsRequest {
  readonly operation: TrustedOperation;
  /** The generation of the page before, which this one is read from too; undefined: the current one. */
  readonly pinned: LoadedGeneration | undefined;
  readonly format: FlatFormat;
  readonly asked: FlatRequest;
  readonly context: RequestContext;
  readonly reply: FastifyReply;
}
