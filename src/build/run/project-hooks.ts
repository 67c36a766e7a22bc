import { DataObject } from '../../project/context/data-object.js';
import type { Manifest, ManifestNode } from '../../project/manifest.js';
import type { Session } from '../../postgres/session.js';
import { resultArtifact } from '../artifacts/run-results.js';
import type { NodeResult } from '../report/node-result.js';
import { nodeFailure } from './node-failure.js';
import type { RunScope } from './run-scope.js';
import { withComment } from './with-comment.js';

/** The project's `on-run-start` or `on-run-end` hooks, in their order. */
export async function runProjectHooks(
  session: Session,
  scope: RunScope,
  when: 'on-run-start' | 'on-run-end',
  results: readonly NodeResult[],
): Promise<void> {
  const hooks = Object.values(scope.options.manifest.nodes)
    .filter((node) => node.resource_type === 'operation' && node.tags.includes(when))
    .sort((a, b) => place(a) - place(b));
  if (hooks.length === 0) return;
  const adapter = scope.adapter(session);
  const schemas = [...new Set([...scope.options.current.nodes.values()].map((node) => node.schema))];
  const extra =
    when === 'on-run-end'
      ? {
          schemas,
          database_schemas: schemas.map((schema) => [null, schema]),
          results: results.map((result) => resultObject(result, scope.options.manifest)),
        }
      : undefined;
  for (const hook of hooks) {
    const sql = await scope.options.renderer.render(hook.raw_code, scope.context(adapter, null, extra), hook);
    if (sql.trim() !== '') {
      try {
        await withComment(session, scope, hook, () => session.query(sql));
      } catch (error) {
        throw nodeFailure(error, hook);
      }
      scope.published.heard(sql);
    }
    await adapter.commit();
  }
}

/** A result as hooks find it in `results`, where dbt has objects with `to_dict()`. */
function resultObject(result: NodeResult, { nodes, unit_tests: tests }: Manifest): DataObject {
  const { timing, ...rest } = resultArtifact(result);
  const node = nodes[result.nodeId] ?? tests[result.nodeId];
  const { compiledCode } = result;
  const compiled = compiledCode === undefined ? {} : { compiled: true, compiled_code: compiledCode };
  return new DataObject({
    ...rest,
    timing: (timing as readonly object[]).map((one) => new DataObject(one)),
    node: node ? new DataObject({ ...node, ...compiled }) : null,
  });
}

/** dbt names them `operation.shop.shop-on-run-start-0`. */
function place(node: ManifestNode): number {
  return Number(/-(\d+)$/.exec(node.unique_id)?.[1] ?? 0);
}
