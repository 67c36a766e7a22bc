import type { CompiledNode } from '../../project/context/render-run.js';
import type { ManifestNode } from '../../project/manifest.js';
import type { Session } from '../../postgres/session.js';
import { nodeFailure } from '../run/node-failure.js';
import type { RunScope } from '../run/run-scope.js';
import { withStableLiterals } from '../run/stable-literals.js';
import { storeFailures } from './store-failures.js';
import { failingRows, testConfig, verdict, verdictQuery } from './test-verdict.js';

export interface TestRun {
  readonly status: 'pass' | 'warn' | 'fail';
  readonly failures: number;
  readonly message: string | null;
  /** Where the failing rows were stored. */
  readonly relation: string | null;
  readonly compiledCode: string;
}

/** Runs one test against whatever stands for the nodes it reads: candidates when this run built them. */
export async function runTest(
  session: Session,
  scope: RunScope,
  node: ManifestNode,
  storeFailuresFlag: boolean,
  compiledBefore?: CompiledNode,
): Promise<TestRun> {
  const adapter = scope.adapter(session);
  const rendered =
    compiledBefore ?? (await scope.options.renderer.compile(node, scope.context(adapter, null)));
  const compiled = {
    ...rendered,
    compiledCode: withStableLiterals(rendered.compiledCode, scope.schemas),
  };
  await adapter.commit();
  const config = testConfig(compiled.node, storeFailuresFlag);
  let rows = failingRows(compiled.compiledCode, config);
  let relation: string | null = null;
  try {
    if (config.storeFailures) {
      const place = await storeFailures(session, scope, compiled.node, config.storeFailures, rows);
      rows = place.sql;
      relation = place.relation;
    }
    const place = { database: null, schema: node.schema, identifier: node.alias };
    const own = await scope.options.renderer.ownTest?.(
      compiled.node,
      relation === null ? compiled.compiledCode : `select * from ${rows}`,
      scope.context(adapter, place),
    );
    // its statements may have begun a transaction, which is not to be the session's next user's
    await adapter.commit();
    const answered = own
      ? [['failures', 'should_warn', 'should_error'].map((name) => own.get(name) ?? null)]
      : (await session.queryText(verdictQuery(rows, config))).rows;
    const told = verdict(compiled.node, config, answered);
    // dbt's --warn-error: what would warn fails
    const strict = told.status === 'warn' && scope.options.flags['WARN_ERROR'] === true;
    const { failures } = told;
    const status = strict ? 'fail' : told.status;
    const noun = failures === 1 ? 'result' : 'results';
    return {
      status,
      failures,
      message:
        status === 'pass'
          ? null
          : `Got ${failures} ${noun}, configured to ${status} if ${status === 'fail' && !strict ? config.errorIf : config.warnIf}`,
      relation,
      compiledCode: compiled.compiledCode,
    };
  } catch (error) {
    await adapter.rollback().catch(() => undefined);
    throw nodeFailure(error, node);
  }
}
