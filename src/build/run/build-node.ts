import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ThauError } from '../../errors/thau-error.js';
import type { RelationName } from '../../project/context/database-adapter.js';
import type { CompiledNode } from '../../project/context/render-run.js';
import type { Hook, ManifestNode } from '../../project/manifest.js';
import { quoteLiteral } from '../../postgres/identifier.js';
import type { Session } from '../../postgres/session.js';
import type { RunAdapter } from '../adapter/run-adapter.js';
import { customMaterialisation } from '../materialisations/custom.js';
import { isIncremental } from '../materialisations/is-incremental.js';
import type { Candidate, Materialisation } from '../materialisations/materialisation.js';
import { ownStrategy } from '../materialisations/own-strategy.js';
import { materialisations } from '../materialisations/all.js';
import type { BatchReport } from '../microbatch/batch-report.js';
import { versionWork } from '../versioned/version-work.js';
import { nodeFailure } from './node-failure.js';
import { applyDocs, applyGrants } from './relation-extras.js';
import type { RunScope } from './run-scope.js';
import { withStableLiterals } from './stable-literals.js';

export interface BuiltNode {
  readonly candidate: Candidate;
  readonly compiledCode: string;
  /** Of a microbatch model. */
  readonly batches?: BatchReport;
  /** The first fault of a microbatch model's batches. */
  readonly fault?: unknown;
}

/** Renders a node, unless it is rendered, and makes and registers its candidate; hooks run around it as under dbt. */
export async function buildNode(
  session: Session,
  scope: RunScope,
  node: ManifestNode,
  compiled?: CompiledNode,
): Promise<BuiltNode> {
  const adapter = scope.adapter(session);
  const place = scope.candidatePlace(node);
  const candidateName: RelationName = { database: null, schema: place.schema, identifier: place.name };
  const { renderer } = scope.options;
  const own = renderer.materialization?.(node.config.materialized, node.config) !== undefined;
  const materialisation = own
    ? customMaterialisation({
        run: async (sql) => {
          adapter.building = { node, place };
          return (await renderer.materialize?.(node, sql, scope.context(adapter, candidateName))) ?? [];
        },
        rename: (from, to) => adapter.renameRelation(from, to),
      })
    : materialisationOf(node);
  const current = scope.previousRelation(node.unique_id);
  const incremental = isIncremental(node.config, current, scope.fullRefresh);
  const sql =
    node.resource_type === 'seed'
      ? { compiledCode: '', node }
      : (compiled ??
        (await scope.options.renderer.compile(node, scope.context(adapter, scope.thisInModel(node)))));
  await adapter.commit();
  const compiledCode = withStableLiterals(sql.compiledCode, scope.schemas);
  const config = sql.node.config;
  const hook = async (hooks: readonly Hook[], within: boolean): Promise<void> =>
    own ? undefined : runHooks(session, scope, node, hooks, within, adapter, candidateName);
  const goesOnFrom = own || incremental || node.resource_type === 'snapshot' ? current : undefined;
  try {
    await hook(config.pre_hook, false);
    const { state, runId: run } = scope.options;
    const path = own ? undefined : scope.decisions.get(node.unique_id)?.path;
    const strategy = incremental && !own ? ownStrategy(scope, adapter, node) : undefined;
    const versions = await versionWork(session, { state, run, path, config, current: goesOnFrom });
    const candidate = await session.transaction(async (tx) => {
      adapter.withinTransaction = true;
      await hook(config.pre_hook, true);
      const made = await materialisation.candidate({
        tx,
        node,
        config,
        sql: compiledCode,
        target: place,
        current: goesOnFrom,
        ...(current && { predecessor: current }),
        fullRefresh: scope.fullRefresh,
        empty: scope.options.flags.EMPTY,
        absolutePath: seedPath(node),
        ...(strategy && { strategy }),
        ...(versions && { versions }),
      });
      register(tx, scope, node, place, made);
      await applyGrants(tx, node, [place]);
      await applyDocs(tx, node, place, made.kind);
      await hook(config.post_hook, true);
      return made;
    });
    adapter.withinTransaction = false;
    scope.setCandidate(node, {
      ...place,
      kind: candidate.kind,
      ...(candidate.store && { store: candidate.store }),
    });
    await hook(config.post_hook, false);
    if (config.post_hook.length > 0 && !(await exists(session, place))) scope.forgetCandidate(node);
    return { candidate, compiledCode };
  } catch (error) {
    throw nodeFailure(error, node);
  } finally {
    adapter.withinTransaction = false;
  }
}

/** `original_file_path` counts from the package, `path` from the folder of seeds. */
export function seedPath(node: ManifestNode): string {
  if (node.root_path === undefined) return '';
  const whole = join(node.root_path, node.original_file_path);
  return existsSync(whole) ? whole : join(node.root_path, node.path);
}

function materialisationOf(node: ManifestNode): Materialisation {
  const { resource_type: type } = node;
  const name = type === 'seed' || type === 'snapshot' ? type : node.config.materialized;
  const found = materialisations[name];
  if (found) return found;
  throw new ThauError('BUILD_UNKNOWN_MATERIALIZATION', `${node.unique_id} is materialized as "${name}".`, {
    at: { file: node.original_file_path },
    hint: `There are ${Object.keys(materialisations).join(', ')} and ephemeral.`,
  });
}

export async function runHooks(
  session: Session,
  scope: RunScope,
  node: ManifestNode,
  hooks: readonly Hook[],
  within: boolean,
  adapter: RunAdapter,
  thisRelation: RelationName,
): Promise<void> {
  for (const hook of hooks) {
    if (hook.transaction !== within) continue;
    const sql = await scope.options.renderer.render(hook.sql, scope.context(adapter, thisRelation), node);
    if (sql.trim() === '') continue;
    await session.query(sql);
    scope.published.heard(sql);
  }
}

/** Whether the candidate is still there: a hook may drop its own relation. */
async function exists(
  session: Session,
  place: { readonly schema: string; readonly name: string },
): Promise<boolean> {
  const { rows } = await session.query(
    `select from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relname = $2`,
    [place.schema, place.name],
  );
  return rows.length > 0;
}

/** With the next statement of the transaction: nobody reads it before. */
export function register(
  tx: Session,
  scope: RunScope,
  node: ManifestNode,
  place: { readonly schema: string; readonly name: string },
  made: Candidate,
): void {
  const row = [place.schema, place.name, made.kind, String(scope.options.runId), node.unique_id];
  tx.later(
    `insert into ${scope.options.state}.relations (relation_schema, relation_name, relation_kind, run_id, node_id)
     values (${row.map(quoteLiteral).join(', ')})`,
  );
}
