import type { Database } from '../../postgres/database.js';
import { quoteIdentifier } from '../../postgres/identifier.js';
import type { CompiledNode, RunFlags } from '../../project/context/render-run.js';
import type { Manifest, ManifestNode } from '../../project/manifest.js';
import { readGeneration } from '../publish/generation.js';
import { nodeFailure } from '../run/node-failure.js';
import type { Renderer } from '../run/renderer.js';
import { RunScope } from '../run/run-scope.js';

export interface CompileOptions {
  readonly database: Database;
  readonly stateSchema: string;
  readonly manifest: Manifest;
  readonly renderer: Renderer;
  readonly flags: RunFlags;
  readonly nodes: readonly ManifestNode[];
}

/** The SQL of nodes over what is published, rendered in one read-only transaction. */
export async function compileNodes(options: CompileOptions): Promise<CompiledNode[]> {
  const { database, manifest, renderer, flags } = options;
  const state = quoteIdentifier(options.stateSchema);
  return database.use((session) =>
    session.transaction(
      async (tx) => {
        const scope = new RunScope({
          manifest,
          renderer,
          runId: 0,
          state,
          current: await readGeneration(tx, state),
          flags,
          invocationId: manifest.metadata.invocation_id,
          startedAt: new Date(),
          reporter: () => undefined,
        });
        const adapter = scope.adapter(tx);
        adapter.withinTransaction = true;
        const compiled: CompiledNode[] = [];
        for (const node of options.nodes) {
          try {
            compiled.push(await renderer.compile(node, scope.context(adapter, scope.thisInModel(node))));
          } catch (error) {
            throw nodeFailure(error, node);
          }
        }
        return compiled;
      },
      { readOnly: true },
    ),
  );
}
