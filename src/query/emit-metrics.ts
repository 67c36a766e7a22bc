import type { EmitContext, FieldSite } from './emit-context.js';
import { requestError } from './request-error.js';
import type { Part } from './text-parts.js';

/** Flat rows of metrics. */
export function emitMetrics(_context: EmitContext, site: FieldSite): readonly Part[] {
  throw requestError('QUERY_ARGUMENT', 'this generation has no metrics', { node: site.node });
}
