import type { Session } from '../../postgres/session.js';
import type { ManifestNode } from '../../project/manifest.js';
import type { RunScope } from './run-scope.js';

/** Runs `work` with the project's query-comment on whatever the session sends. */
export async function withComment<T>(
  session: Session,
  scope: RunScope,
  node: ManifestNode | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const { renderer } = scope.options;
  const before = session.comment;
  session.comment = await renderer.queryComment?.(scope.context(scope.adapter(session), null), node);
  try {
    return await work();
  } finally {
    session.comment = before;
  }
}
