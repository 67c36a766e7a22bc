import type { ThauError } from '../../errors/thau-error.js';
import type { Project } from '../../project/parse-project.js';
import type { ProjectRenderer } from '../../project/renderer.js';
import type { CommandContext } from '../command.js';
import { deferralOf } from './deferral-flags.js';
import type { RunFlagsGiven } from './run-flags.js';
import { selectForRun } from './select-for-run.js';
import { writeCompiled } from './write-manifest.js';

export interface CompileRequest {
  readonly project: Project;
  readonly renderer: ProjectRenderer;
  readonly flags: RunFlagsGiven;
  readonly warn: (message: string) => void;
  /** The target folder. */
  readonly target: string;
}

export interface CompiledSelection {
  /** The SQL by unique_id. */
  readonly compiled: ReadonlyMap<string, string>;
  readonly faults: readonly ThauError[];
}

/** Renders what is selected to SQL below `target/compiled`. */
export async function compileSelected(
  context: Pick<CommandContext, 'settings' | 'warehouse' | 'env'>,
  { project, renderer, flags, warn, target }: CompileRequest,
): Promise<CompiledSelection> {
  const { compileNodes } = await import('../../build/show/compile-nodes.js');
  const { manifest } = project;
  const warehouse = await context.warehouse();
  const selected = await selectForRun(context, project, 'compile', flags, warn);
  const defer = deferralOf(flags, context.env, warehouse, warn);
  const { compiled, faults } = await compileNodes({
    database: warehouse.database,
    stateSchema: warehouse.settings.database.stateSchema,
    manifest,
    renderer,
    flags: {
      FULL_REFRESH: flags.fullRefresh ?? false,
      STORE_FAILURES: false,
      WHICH: 'compile',
      EMPTY: flags.empty ?? false,
    },
    nodes: [...selected].sort().flatMap((id) => manifest.nodes[id] ?? []),
    ...(defer && { defer }),
  });
  for (const { node, compiledCode } of compiled) writeCompiled(target, node, compiledCode);
  return {
    compiled: new Map(compiled.map(({ node, compiledCode }) => [node.unique_id, compiledCode])),
    faults,
  };
}
