import { ThauError } from '../../errors/thau-error.js';
import type { Session } from '../../postgres/session.js';
import type { ManifestNode, SourceNode } from '../../project/manifest.js';
import { readQueryColumns } from '../materialisations/query-columns.js';
import { sqlName } from '../relation.js';
import { hasRelation } from '../run/has-relation.js';
import type { RunScope } from '../run/run-scope.js';
import type { Column } from '../views/view-text.js';

/**
 * The columns that rows of an input may have: those of the candidate, else of what is published. An ephemeral model
 * has those of its select; a model that asks for its own earlier rows while nothing is published, those of its own.
 */
export async function inputColumns(
  session: Session,
  scope: RunScope,
  input: ManifestNode | SourceNode,
  test: string,
): Promise<readonly Column[]> {
  try {
    if (input.resource_type !== 'source' && !hasRelation(input))
      return await selectColumns(session, scope, input);
    if (input.resource_type === 'model' && scope.relationText(input.unique_id) === undefined) {
      return contracted(input) ?? (await selectColumns(session, scope, input));
    }
    const { schema, identifier } = scope.relationOf(input.unique_id);
    return await readQueryColumns(session, `select * from ${sqlName({ schema, name: identifier })}`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ThauError('BUILD_UNIT_TEST', `the columns of ${input.name} are not known yet: ${reason}`, {
      hint: `Build ${input.name} first (--empty is enough), or give the rows of "${test}" with format: sql.`,
      cause: error,
    });
  }
}

/** What its own select answers, over what stands for its parents. */
async function selectColumns(
  session: Session,
  scope: RunScope,
  node: ManifestNode,
): Promise<readonly Column[]> {
  const adapter = scope.adapter(session);
  const { compiledCode } = await scope.options.renderer.compile(
    node,
    scope.context(adapter, scope.thisInModel(node)),
  );
  await adapter.commit();
  return readQueryColumns(session, compiledCode);
}

/** An enforced contract says every column and type. */
function contracted(node: ManifestNode): readonly Column[] | undefined {
  const contract = node.config['contract'] as { enforced?: boolean } | undefined;
  if (contract?.enforced !== true) return undefined;
  const columns = Object.values(node.columns);
  if (columns.length === 0) return undefined;
  return columns.map(({ name, data_type: type }) => ({ name, type: type ?? 'text' }));
}
