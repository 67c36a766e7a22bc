import { ThauError } from '../../errors/thau-error.js';
import type { CompiledNode } from '../../project/context/render-run.js';
import type { ManifestNode } from '../../project/manifest.js';
import { executionGraph } from '../graph/execution-graph.js';
import { waitingForSeeds } from '../graph/waiting-for-seeds.js';
import { walkGraph } from '../graph/walk-graph.js';
import { isBuiltPerhaps, type Plan, type Settled } from '../plan/plan.js';
import type { RunRecorder } from '../history/run-recorder.js';
import { isGood, isTest, type NodeResult } from '../report/node-result.js';
import { runUnitTest } from '../unit-tests/run-unit-test.js';
import { unitTestOf, withUnitTests } from '../unit-tests/unit-tests-in-graph.js';
import { runTest } from '../tests/run-test.js';
import { isMicrobatch } from '../../project/settings/microbatch-config.js';
import { buildMicrobatch } from '../microbatch/build-microbatch.js';
import { buildNode, type BuiltNode } from './build-node.js';
import { OwnTemplateAsker } from './own-template-asker.js';
import { cloneNode } from './clone-node.js';
import type { RunOptions } from './run-options.js';
import { hasRelation } from './has-relation.js';
import type { RunScope } from './run-scope.js';
import { withComment } from './with-comment.js';
import type { RunSessions } from './run-sessions.js';

export interface Execution {
  readonly results: readonly NodeResult[];
}

/** Builds and tests every selected node in dependency order, telling recorder and reporter as it goes. */
export async function executeNodes(
  options: RunOptions,
  scope: RunScope,
  sessions: RunSessions,
  recorder: RunRecorder,
  signal: AbortSignal,
  plan: Plan,
  refused: ReadonlyMap<string, unknown>,
  seconds: ReadonlyMap<string, number>,
): Promise<Execution> {
  const { manifest, reporter } = options;
  const { runId } = scope.options;
  const all = withUnitTests(waitingForSeeds(manifest), manifest, options.selected);
  const executed = [...options.selected].filter((id) => isExecuted(all[id]));
  const isBuilt = (id: string): boolean => isBuiltPerhaps(plan.decisions.get(id));
  const unchanged = executed.filter((id) => !isBuilt(id));
  const chosen = new Set(executed.filter(isBuilt));
  const graph = executionGraph(all, chosen, true);
  recorder.ordered(graph.waitsFor);
  const total = executed.length;
  reporter({
    type: 'run_started',
    at: new Date(),
    runId,
    command: options.command,
    total,
    threads: options.threads,
    target: options.target,
  });
  const results: NodeResult[] = [];
  let index = 0;
  const finish = (result: NodeResult, at: number): void => {
    results.push(result);
    recorder.finished(result);
    reporter({ type: 'node_finished', at: new Date(), result, index: at, total });
  };
  for (const id of unchanged) {
    const node = all[id];
    const because = plan.decisions.get(id)?.because ?? null;
    if (!node) continue;
    const kept: NodeResult = { ...unbuilt(node), status: 'carried', message: because };
    finish(plan.decisions.get(id)?.action === 'reuse' ? remembered(kept, scope, plan) : kept, ++index);
  }
  if (refused.size > 0 && options.failFast) {
    // the first failure is known before anything began
    for (const [id, node] of graph.nodes) {
      const fault = refused.get(id);
      if (fault !== undefined) {
        finish(broken(node, fault), ++index);
        continue;
      }
      const result = { ...skipped(node, undefined), message: 'the run was stopped before its turn' };
      results.push(result);
      recorder.finished(result);
    }
    return { results };
  }
  await walkGraph(graph, {
    threads: options.threads,
    failFast: options.failFast,
    signal,
    expectedSeconds: (id) => seconds.get(id) ?? 1,
    visit: async (id) => {
      const node = graph.nodes.get(id);
      if (!node) return 'failed';
      const at = ++index;
      const startedAt = scope.now();
      reporter({ type: 'node_started', at: startedAt, nodeId: id, name: node.name, index: at, total });
      recorder.started(node, startedAt);
      const result = remembered(
        await scope.threads.node(async () => {
          const settled = await settle(scope, sessions, plan, node);
          if (settled === undefined || settled.decision.action === 'build') {
            settled?.asked?.tell();
            return attempt(options, scope, sessions, node, startedAt, signal, settled?.asked?.compiled);
          }
          return { ...unbuilt(node), status: 'carried' as const, message: settled.decision.because };
        }),
        scope,
        plan,
      );
      finish(toldBetter(result, refused.get(id)), at);
      return isGood(result.status) ? 'done' : 'failed';
    },
    skip: (id, because) => {
      const node = graph.nodes.get(id);
      if (node) finish(skipped(node, because), ++index);
      return Promise.resolve();
    },
  });
  return { results };
}

export function isExecuted(node: ManifestNode | undefined): boolean {
  return node !== undefined && (hasRelation(node) || isTest(node.resource_type));
}

/** What becomes of a node that the plan left open; undefined: it is built, and says itself what is wrong. */
async function settle(
  scope: RunScope,
  sessions: RunSessions,
  plan: Plan,
  node: ManifestNode,
): Promise<Settled | undefined> {
  if (!plan.isOpen(node.unique_id)) return undefined;
  try {
    return await sessions.use((session) =>
      plan.settle(node.unique_id, {
        database: session,
        asker: new OwnTemplateAsker(session, scope),
        relationOf: (id) => scope.relationText(id),
        isBuilt: (id) => scope.candidates().has(id) && plan.decisions.get(id)?.action !== 'reuse',
      }),
    );
  } catch {
    return undefined;
  }
}

async function attempt(
  options: RunOptions,
  scope: RunScope,
  sessions: RunSessions,
  node: ManifestNode,
  startedAt: Date,
  signal: AbortSignal,
  compiled: CompiledNode | undefined,
): Promise<NodeResult> {
  const began = performance.now();
  const done = (
    rest: Omit<NodeResult, keyof ReturnType<typeof identity> | 'startedAt' | 'finishedAt' | 'seconds'>,
  ): NodeResult => ({
    ...identity(node),
    startedAt,
    finishedAt: scope.now(),
    seconds: (performance.now() - began) / 1000,
    ...rest,
  });
  try {
    return await sessions.use((session) =>
      withComment(session, scope, node, async () => {
        if (isTest(node.resource_type)) {
          const unit = unitTestOf(options.manifest, node.unique_id);
          const test = unit
            ? await runUnitTest(session, scope, unit)
            : await runTest(session, scope, node, options.flags.STORE_FAILURES, compiled);
          return done({
            status: test.status,
            relation: test.relation,
            rows: null,
            failures: test.failures,
            message: test.message,
            compiledCode: test.compiledCode,
          });
        }
        const inBatches =
          isMicrobatch(node.config) &&
          !scope.options.renderer.materialization?.(node.config.materialized, node.config);
        const built = options.cloneFrom
          ? await cloneNode(session, scope, node, options.cloneFrom)
          : inBatches
            ? await buildMicrobatch({ session, sessions, scope, node, signal })
            : await buildNode(session, scope, node, compiled);
        const place = scope.candidates().get(node.unique_id) ?? scope.candidatePlace(node);
        return done({
          status: statusOf(built),
          ...(built.fault !== undefined && { error: built.fault }),
          ...(built.batches && { batches: built.batches }),
          relation: `${place.schema}.${place.name}`,
          rows: built.candidate.rows,
          failures: null,
          message: built.candidate.message,
          compiledCode: built.compiledCode,
        });
      }),
    );
  } catch (error) {
    const cancelled = signal.aborted;
    return done({
      status: cancelled ? 'cancelled' : 'error',
      relation: null,
      rows: null,
      failures: null,
      message: error instanceof Error ? error.message : String(error),
      error,
    });
  }
}

function statusOf({ fault, batches }: BuiltNode): NodeResult['status'] {
  if (fault === undefined) return 'success';
  return (batches?.successful.length ?? 0) > 0 ? 'partial success' : 'error';
}

/** With what a later run needs to know whether the result may be kept. */
function remembered(result: NodeResult, scope: RunScope, plan: Plan): NodeResult {
  if (!['success', 'partial success', 'pass', 'carried'].includes(result.status)) return result;
  const fingerprint = plan.fingerprints.get(result.nodeId);
  const dataVersion = plan.dataVersion(result.nodeId, (id) => scope.relationText(id));
  return {
    ...result,
    ...(fingerprint !== undefined && { fingerprint }),
    ...(dataVersion !== null && { dataVersion }),
  };
}

function identity(node: ManifestNode): {
  nodeId: string;
  resourceType: ManifestNode['resource_type'];
  name: string;
  materialized: string;
} {
  return {
    nodeId: node.unique_id,
    resourceType: node.resource_type,
    name: node.name,
    materialized: node.config.materialized,
  };
}

/** With the hint of the check, which knows the nearest name, where building failed of the same. */
function toldBetter(result: NodeResult, found: unknown): NodeResult {
  const { status, error } = result;
  if (status !== 'error' || !(found instanceof ThauError) || !(error instanceof ThauError)) return result;
  const { code, message, at, excerpt, notes } = error;
  if (found.code !== code || found.hint === undefined) return result;
  const more = { notes, hint: found.hint, cause: error };
  const where = { ...(at && { at }), ...(excerpt !== undefined && { excerpt }) };
  return { ...result, error: new ThauError(code, message, { ...more, ...where }) };
}

/** A node whose fault was found before it was built. */
function broken(node: ManifestNode, error: unknown): NodeResult {
  const message = error instanceof Error ? error.message : String(error);
  return { ...unbuilt(node), status: 'error', message, error };
}

function skipped(node: ManifestNode, because: string | undefined): NodeResult {
  return {
    ...unbuilt(node),
    status: 'skipped',
    message:
      because === undefined ? 'the run was stopped before its turn' : `waited for ${shortName(because)}`,
  };
}

function unbuilt(node: ManifestNode): Omit<NodeResult, 'status'> {
  return {
    ...identity(node),
    relation: null,
    startedAt: null,
    finishedAt: null,
    seconds: null,
    rows: null,
    failures: null,
    message: null,
  };
}

function shortName(id: string): string {
  const parts = id.split('.');
  return parts[0] === 'test' ? (parts[2] ?? id) : (parts.at(-1) ?? id);
}
