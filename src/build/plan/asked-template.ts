import type { CompiledNode } from '../../project/context/render-run.js';
import type { ManifestNode } from '../../project/manifest.js';

/** A template that asks the database, rendered over what stands now. */
export interface AskedTemplate {
  /** As it is to be run. */
  readonly compiled: CompiledNode;
  /** The same with the names of nodes in place of relations, which are others in each run. */
  readonly sql: string;
  /** Nodes whose relations it asked about. */
  readonly about: ReadonlySet<string>;
  /** Whether it asked which relations there are. */
  readonly catalog: boolean;
  /** Says what it had to say (warnings, `print`), once it is what is built: nobody hears of what is only planned. */
  tell(this: void): void;
}

/** Renders templates that ask the database, and lets them change nothing. */
export interface TemplateAsker {
  /** Undefined where the template cannot be rendered by reading alone. */
  render(node: ManifestNode): Promise<AskedTemplate | undefined>;
}
