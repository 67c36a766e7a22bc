import { formatPlace } from '../../errors/format.js';
import type { RunLock } from '../../postgres/run-lock.js';
import type { Catalog } from '../../schema/catalog.js';
import { heldSchema } from './held-schema.js';
import { lineageBefore, readLineage } from '../artifacts/lineage.js';
import type { MetricsArtifact } from '../../semantic/bound-metrics.js';
import { metricsArtifact } from '../../semantic/metrics-artifact.js';
import { testVersion } from '../plan/decision.js';
import type { Plan } from '../plan/plan.js';
import type { KnownNames } from '../plan/statement-names.js';
import { artifactChanges, joined, rewriteArtifact, saysNothingNew } from '../publish/artifact-changes.js';
import { readArtifacts } from '../publish/artifacts.js';
import type { MappedNode } from '../publish/generation.js';
import { sampledNow } from '../publish/sampled.js';
import { publish } from '../publish/publish.js';
import type { PublishAhead } from '../publish/publish-ahead.js';
import { readCatalog } from '../publish/read-catalog.js';
import type { NodeResult } from '../report/node-result.js';
import { droppedText } from '../views/dependents.js';
import { prepareViews, type ViewChange } from '../views/prepare-views.js';
import { hasRelation } from './has-relation.js';
import { plannedArtifacts } from './planned-artifacts.js';
import { applyDocs, applyGrants } from './relation-extras.js';
import { staleNodes } from './stale-nodes.js';
import type { RunOptions } from './run-options.js';
import type { RunScope } from './run-scope.js';
import type { RunSessions } from './run-sessions.js';

export interface Published {
  readonly generation: number;
  readonly stale: readonly string[];
  readonly laggingViews: readonly string[];
}

/**
 * From good candidates to a published generation: mapping, catalog, schema check, stable views, the flip. Undefined
 * when nothing was built and nothing else changed: the current generation stays.
 */
export async function publishRun(
  options: RunOptions,
  scope: RunScope,
  sessions: RunSessions,
  lock: RunLock,
  results: readonly NodeResult[],
  plan: Plan,
  ahead: PublishAhead,
): Promise<Published | undefined> {
  const { manifest, reporter } = options;
  const { state, runId, current } = scope.options;
  const began = performance.now();
  const built = [...scope.candidates()].flatMap(([id, relation]) => {
    const node = manifest.nodes[id];
    return node ? [{ node, relation }] : [];
  });
  const stale = staleNodes(scope, plan, new Set(built.map(({ node }) => node.unique_id)));
  const nodes = nextMapping(scope, stale, plan, options.cloneFrom !== undefined);
  const passed = new Set(
    results.filter((one) => one.resourceType === 'test' && isPassed(one, plan)).map((one) => one.nodeId),
  );
  return sessions.use(async (session) => {
    const made = await ahead.end();
    const from = current.number;
    const before = made?.before ?? (await readArtifacts(session, state, from));
    const catalog = await readCatalog(
      session,
      manifest,
      nodes,
      passed,
      before['catalog'] as Catalog | undefined,
    );
    const metrics = metricsOf(options, catalog);
    const compiled = new Map(
      results.flatMap(({ nodeId, resourceType, status, compiledCode }) =>
        resourceType === 'model' && status === 'success' && compiledCode
          ? [[nodeId, compiledCode] as const]
          : [],
      ),
    );
    const changes = nodes.flatMap((node): ViewChange[] => {
      const old = current.nodes.get(node.nodeId);
      const moved = old?.schema !== node.schema || old.name !== node.name;
      const same = old?.relation.schema === node.relation.schema && old.relation.name === node.relation.name;
      return moved || !same
        ? [{ nodeId: node.nodeId, schema: node.schema, name: node.name, relation: node.relation }]
        : [];
    });
    const planned = made?.planned ?? artifactChanges(plannedArtifacts(options, before), before, from);
    const { lineage, proofs } = await readLineage(
      session,
      manifest,
      nodes,
      catalog,
      compiled,
      lineageBefore(before),
      made?.lineage,
      (id) => plan.fingerprints.get(id),
    );
    const found = {
      catalog,
      metrics,
      lineage,
      ...(Object.keys(proofs).length > 0 && { lineage_proofs: proofs }),
      names: knownNames(options, plan, before['names'] as KnownNames | undefined),
      tests: passedTests(scope, results, plan, (before['tests'] ?? {}) as PassedTests),
    };
    const artifacts = joined(planned, artifactChanges(found, before, from));
    if (changes.length === 0 && nodes.length === current.nodes.size && saysNothingNew(artifacts, before)) {
      await rewriteArtifact(session, state, artifacts, 'state');
      return undefined;
    }
    // what is published was held against its schema when it was
    const held = await heldSchema(options, catalog, metrics, before);
    reporter({ type: 'publishing', at: new Date(), nodes: built.length });
    const prepared = performance.now();
    const views = await prepareViews(session, changes, {
      state,
      generation: runId,
      ...(options.dependents && { dependents: options.dependents }),
    });
    const viewSeconds = (performance.now() - prepared) / 1000;
    const flip = await publish(session, {
      state,
      runId,
      lock,
      nodes,
      current,
      artifacts: joined(artifacts, artifactChanges(held, before, from)),
      views,
    });
    for (const one of views.dropped ?? []) {
      reporter({ type: 'log', at: new Date(), message: droppedText(one), toConsole: true });
    }
    for (const { node } of built) {
      const place = { schema: node.schema, name: node.alias };
      await applyGrants(session, node, [place]);
      await applyDocs(session, node, place, 'view');
    }
    const seconds = (performance.now() - began) / 1000;
    reporter({
      type: 'published',
      at: new Date(),
      generation: runId,
      seconds,
      viewSeconds,
      flipSeconds: flip.seconds,
    });
    const laggingViews = views.lagging.map((view) => `${view.schema}.${view.name}`);
    return { generation: runId, stale: [...stale], laggingViews };
  });
}

/** What the SQL of the project's nodes names: of this plan, and of nodes that it did not look at. */
function knownNames({ manifest }: RunOptions, plan: Plan, before: KnownNames = {}): KnownNames {
  const all = { ...before, ...plan.names() };
  return Object.fromEntries(
    Object.entries(all)
      .filter(([id]) => manifest.nodes[id])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
type PassedTests = Readonly<Record<string, string>>;

/** Tests that hold in the new generation, with what they were held against: those need not run again. */
function passedTests(
  scope: RunScope,
  results: readonly NodeResult[],
  plan: Plan,
  before: PassedTests,
): PassedTests {
  const { nodes, unit_tests: unitTests } = scope.options.manifest;
  const tests = Object.entries(before).filter(([id]) => nodes[id] ?? unitTests[id]);
  const held = new Map(tests);
  for (const result of results) {
    const isTest = result.resourceType === 'test' || result.resourceType === 'unit_test';
    if (!isTest || plan.decisions.get(result.nodeId)?.action === 'carry') continue;
    held.delete(result.nodeId);
    const hash = plan.fingerprints.get(result.nodeId);
    const version = plan.dataVersion(result.nodeId, (id) => scope.relationText(id));
    const text = hash === undefined ? null : testVersion(hash, version);
    if (isPassed(result, plan) && text !== null) held.set(result.nodeId, text);
  }
  return Object.fromEntries([...held].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Passed now, or in the failed run that is retried. */
function isPassed(result: NodeResult, plan: Plan): boolean {
  return result.status === 'pass' || plan.decisions.get(result.nodeId)?.action === 'reuse';
}

/** What was built, and everything else of the current generation that the project still has. */
function nextMapping(
  scope: RunScope,
  stale: ReadonlySet<string>,
  plan: Plan,
  cloned: boolean,
): readonly MappedNode[] {
  const { manifest, current } = scope.options;
  const candidates = scope.candidates();
  const now = scope.now();
  const { flags } = scope.options;
  const sampled = new Map<string, string | null>();
  const sampledOf = (nodeId: string): string | null => {
    const known = sampled.get(nodeId);
    if (known !== undefined) return known;
    const before = current.nodes.get(nodeId);
    const node = manifest.nodes[nodeId];
    sampled.set(nodeId, null);
    const isOpen = node !== undefined && (candidates.has(nodeId) || !hasRelation(node));
    const answer = isOpen ? sampledNow(node, flags, before, sampledOf) : (before?.sampled ?? null);
    sampled.set(nodeId, answer);
    return answer;
  };
  const read = new Set(Object.values(manifest.sources).map((one) => `${one.schema}.${one.identifier}`));
  const carried = [...current.nodes.values()]
    .filter(({ nodeId, schema, name }) => {
      const node = manifest.nodes[nodeId];
      // a seed that a variable switched off again stays as long as a source reads what it loaded
      if (node === undefined) return read.has(`${schema}.${name}`);
      return hasRelation(node) && !candidates.has(nodeId);
    })
    .map((mapped) =>
      stale.has(mapped.nodeId) ? { ...mapped, staleSince: mapped.staleSince ?? now } : mapped,
    );
  const built = [...candidates].flatMap(([nodeId, { builtBy, ...relation }]): MappedNode[] => {
    const node = manifest.nodes[nodeId];
    if (!node) return [];
    const { schema, alias: name } = node;
    const less = sampledOf(nodeId);
    // a clone shows what another state holds, which may change under it
    const unproven = flags.EMPTY || less !== null || cloned;
    return [
      {
        nodeId,
        schema,
        name,
        relation,
        builtBy,
        fingerprint: unproven ? null : (plan.fingerprints.get(nodeId) ?? null),
        dataVersion: unproven ? null : plan.dataVersion(nodeId, (id) => scope.relationText(id)),
        staleSince: null,
        sampled: less,
      },
    ];
  });
  return [...carried, ...built].sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
}

/** The metrics over the generation's relations; a metric that cannot be computed stops the publish. */
function metricsOf({ manifest, reporter }: RunOptions, catalog: Catalog): MetricsArtifact {
  const { artifact, errors, left } = metricsArtifact(manifest, catalog.relations);
  const [first] = errors;
  if (first !== undefined) throw first;
  for (const { code, message, at } of left) {
    const where = at ? `${formatPlace(at)}: ` : '';
    reporter({ type: 'log', at: new Date(), message: `${code}: ${where}${message}.`, toConsole: true });
  }
  return artifact;
}
