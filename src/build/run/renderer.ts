import type { RelationName } from '../../project/context/database-adapter.js';
import type { InjectedCte } from '../../project/context/inject-ctes.js';
import type { StatementComment } from '../../project/context/query-comment.js';
import type { CompiledNode, RunContext } from '../../project/context/render-run.js';
import type { ManifestNode } from '../../project/manifest.js';

/** What turns templates into SQL; the composition root ties it to a parsed project. */
export interface Renderer {
  /** A model's, snapshot's or test's SQL with ephemeral parents injected. */
  compile(node: ManifestNode, context: RunContext): Promise<CompiledNode>;
  /** The SQL of a unit test's model over the rows given. */
  compileUnitTest?(
    tested: ManifestNode,
    ctes: readonly InjectedCte[],
    context: RunContext & Required<Pick<RunContext, 'unitTest'>>,
  ): Promise<string>;
  /** What stands around the statements of a node, or of the run itself: dbt's query-comment. */
  queryComment?(context: RunContext, node?: ManifestNode): Promise<StatementComment | undefined>;
  /** A hook or another text, in the context of a node or of the project. */
  render(text: string, context: RunContext, node?: ManifestNode): Promise<string>;
  /** Whether the project says itself how this materialisation works; undefined where it does not. */
  materialization?(
    name: string,
    config?: Readonly<Record<string, unknown>>,
  ): { readonly node: { readonly unique_id: string } } | undefined;
  /** The project's own of the macros that make the SQL of a node's incremental strategy; none where thau's do. */
  strategy?(
    config: Readonly<Record<string, unknown>>,
  ): readonly { readonly node: { readonly unique_id: string; readonly name: string } }[];
  /** The SQL of a node's incremental strategy: `this` is written to, from the temporary table `arriving`. */
  strategySql?(
    node: ManifestNode,
    context: RunContext,
    increment: { readonly arriving: string; readonly columns: readonly string[] },
  ): Promise<string>;
  /** A test as the project itself runs it: the row that tells `failures`, `should_warn`, `should_error`. */
  ownTest?(
    node: ManifestNode,
    compiled: string,
    context: RunContext,
  ): Promise<ReadonlyMap<string, string | null> | undefined>;
  /** Runs a materialisation written in Jinja. Answers the relations it returned. */
  materialize?(node: ManifestNode, compiled: string, context: RunContext): Promise<readonly RelationName[]>;
}
