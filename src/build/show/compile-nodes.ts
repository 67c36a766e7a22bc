import type { Database } from '../../postgres/database.js';
import { quoteIdentifier } from '../../postgres/identifier.js';
import type { CompiledNode, RunFlags } from '../../project/context/render-run.js';
import type { Manifest, ManifestNode } from '../../project/manifest.js';
import { ThauError } from '../../errors/thau-error.js';
import type { Deferral } from '../run/deferral.js';
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
  readonly defer?: Deferral;
}

export interface CompiledNodes {
  readonly compiled: readonly CompiledNode[];
  /** Of the nodes that could not be rendered, as many as there are. */
  readonly faults: readonly ThauError[];
}

/**
 * The SQL of nodes over what is published, rendered in read-only transactions. What is not built yet is named as it
 * will be, as under dbt; a node that cannot be rendered keeps no other from it.
 */
export async function compileNodes(options: CompileOptions): Promise<CompiledNodes> {
  const { database, manifest, renderer, flags, defer } = options;
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
          namesUnbuilt: true,
          ...(defer && { defer }),
          // favoured over what this target has, but for what was asked for itself
          ...(defer?.favorState && { selected: new Set(options.nodes.map((node) => node.unique_id)) }),
        });
        const adapter = scope.adapter(tx);
        adapter.withinTransaction = true;
        const compiled: CompiledNode[] = [];
        const faults: ThauError[] = [];
        for (const node of options.nodes) {
          try {
            await tx.query('savepoint compiling');
            compiled.push(await renderer.compile(node, scope.context(adapter, scope.thisInModel(node))));
          } catch (error) {
            const fault = nodeFailure(error, node);
            if (!(fault instanceof ThauError)) throw fault;
            faults.push(fault);
            await tx.query('rollback to savepoint compiling');
          }
        }
        return { compiled, faults };
      },
      { readOnly: true },
    ),
  );
}
