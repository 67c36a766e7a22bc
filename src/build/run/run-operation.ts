import { quoteIdentifier } from '../../postgres/identifier.js';
import type { Database } from '../../postgres/database.js';
import type { RunContext, RunFlags } from '../../project/context/render-run.js';
import type { Manifest } from '../../project/manifest.js';
import { readGeneration } from '../publish/generation.js';
import type { Renderer } from './renderer.js';
import { RunScope } from './run-scope.js';
import { withComment } from './with-comment.js';

export interface OperationOptions {
  readonly database: Database;
  readonly stateSchema: string;
  readonly manifest: Manifest;
  readonly renderer: Renderer;
  readonly flags: RunFlags;
  readonly onLog: (message: string, toConsole: boolean, printed: boolean) => void;
  /** Calls the macro in the context it is given. */
  readonly call: (context: RunContext) => Promise<unknown>;
}

/**
 * Calls a macro over what is published. As under dbt its statements run one by one unless it opens a transaction,
 * which is committed when it returns.
 */
export function runOperation(options: OperationOptions): Promise<unknown> {
  const { database, manifest, renderer, flags } = options;
  const state = quoteIdentifier(options.stateSchema);
  return database.use(async (session) => {
    const scope = new RunScope({
      manifest,
      renderer,
      runId: 0,
      state,
      current: await readGeneration(session, state),
      flags,
      invocationId: manifest.metadata.invocation_id,
      startedAt: new Date(),
      reporter: (event) => {
        if (event.type === 'log') options.onLog(event.message, event.toConsole, event.printed ?? false);
      },
    });
    const adapter = scope.adapter(session);
    try {
      const answer = await withComment(session, scope, undefined, () =>
        options.call(scope.context(adapter, null)),
      );
      await adapter.commit();
      return answer;
    } catch (error) {
      await adapter.rollback().catch(() => undefined);
      throw error;
    }
  });
}
