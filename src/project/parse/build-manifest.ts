import { ThauError } from '../../errors/thau-error.js';
import { findCycle } from '../graph/find-cycle.js';
import { graphMaps } from '../graph/maps.js';
import type { DeclaredNode, MacroNode, Manifest, ManifestNode } from '../manifest.js';
import { Expect } from '../yaml/expect.js';
import type { YamlMapping } from '../yaml/yaml-file.js';
import { describeMacros } from './describe-macros.js';
import { warnOfDeprecations } from './deprecations.js';
import { linkNodes, References, resolve } from './link.js';
import type { Session } from './session.js';

/** Resolves references, checks the graph, and makes the manifest of what was parsed. */
export function buildManifest(session: Session): Manifest {
  const references = new References(session);
  const nodes = linkNodes(session, references);
  warnOfDeprecations(nodes, session);
  const declared = linkDeclared(session, references);
  const byId = <T extends { readonly unique_id: string }>(list: readonly T[]): Record<string, T> =>
    Object.fromEntries(
      [...list].sort((a, b) => (a.unique_id < b.unique_id ? -1 : 1)).map((one) => [one.unique_id, one]),
    );
  const ofType = (type: string): Record<string, DeclaredNode> =>
    byId(declared.filter((node) => node.resource_type === type));
  checkRelations(nodes, session);
  const inGraph = declared.filter((node) => node.resource_type !== 'group');
  const ids = [...nodes, ...session.sources, ...inGraph].map((node) => node.unique_id);
  const maps = graphMaps(ids, [...nodes, ...inGraph]);
  checkCycle(maps.parent_map, nodes, session);
  const disabled: Record<string, ManifestNode[]> = {};
  for (const node of session.disabled) (disabled[node.unique_id] ??= []).push(node);
  return {
    metadata: {
      project_name: session.root.name,
      adapter_type: 'postgres',
      generated_at: new Date().toISOString(),
      invocation_id: session.environment.invocationId,
    },
    nodes: byId(nodes),
    sources: byId(session.sources),
    macros: macroNodes(session),
    docs: Object.fromEntries([...session.docs.values()].map((doc) => [doc.unique_id, doc])),
    exposures: ofType('exposure'),
    metrics: ofType('metric'),
    groups: ofType('group'),
    semantic_models: ofType('semantic_model'),
    saved_queries: ofType('saved_query'),
    unit_tests: ofType('unit_test'),
    disabled,
    ...maps,
  };
}

function linkDeclared(session: Session, references: References): DeclaredNode[] {
  const linked: DeclaredNode[] = [];
  for (const { node, capture } of session.declared) {
    const place = (node['declared_at'] as { file: string } | undefined) ?? { file: node.original_file_path };
    const from = {
      name: node.name,
      package: node.package_name,
      group: null,
      isTest: node.resource_type === 'unit_test',
    };
    const { ids, disabled } = resolve(capture, from, references);
    if (disabled !== undefined && node.resource_type === 'unit_test') continue;
    const metrics = capture.metrics.flatMap((names) => {
      const metric = session.problems.attempt(() => references.metric(names.at(-1) ?? '', place));
      return metric === undefined ? [] : [metric.unique_id];
    });
    const nodes = [
      ...new Set([...node.depends_on.nodes, ...ids, ...measuredModels(node, session), ...metrics]),
    ];
    linked.push({ ...node, depends_on: { ...node.depends_on, nodes } });
  }
  return linked;
}

/** The semantic models whose measures a metric of dbt's older YAML counts. */
function measuredModels(metric: DeclaredNode, { declared }: Session): string[] {
  const params = metric.resource_type === 'metric' ? record(metric['type_params']) : {};
  const conversion = record(params['conversion_type_params']);
  const measures = [params['measure'], conversion['base_measure'], conversion['conversion_measure']]
    .map((one) => (typeof one === 'string' ? one : record(one)['name']))
    .filter((name) => name !== undefined);
  if (measures.length === 0) return [];
  return declared.flatMap(({ node }) => {
    const own = node.resource_type === 'semantic_model' ? node['measures'] : undefined;
    const has =
      Array.isArray(own) && own.some((one: unknown) => measures.some((name) => name === record(one)['name']));
    return has ? [node.unique_id] : [];
  });
}

function record(value: unknown): YamlMapping {
  return Expect.isMapping(value) ? value : {};
}

/** Two nodes may not want one relation, nor one name that `ref()` could mean twice. */
function checkRelations(nodes: readonly ManifestNode[], session: Session): void {
  const relations = new Map<string, ManifestNode>();
  const names = new Map<string, ManifestNode>();
  for (const node of nodes) {
    const isNamed = ['model', 'seed', 'snapshot'].includes(node.resource_type);
    const version = node.version === null || node.version === undefined ? '' : `.v${node.version}`;
    const key = `${node.package_name}.${node.name}${version}`;
    if (isNamed) note(names, key, node, `have the name "${node.name}"`, session);
    if (isNamed && node.relation_name !== null) {
      const before = relations.get(node.relation_name);
      if (before?.name !== node.name || before.package_name !== node.package_name) {
        note(relations, node.relation_name, node, `want the relation ${node.relation_name}`, session);
      }
    }
  }
}

function note(
  seen: Map<string, ManifestNode>,
  key: string,
  node: ManifestNode,
  clash: string,
  session: Session,
): void {
  const before = seen.get(key);
  if (before === undefined) {
    seen.set(key, node);
    return;
  }
  const at = node.declared_at ?? { file: node.original_file_path };
  session.problems.error(
    new ThauError(
      'PROJECT_DUPLICATE_NODE',
      `${before.resource_type} "${before.name}" and ${node.resource_type} "${node.name}" both ${clash}`,
      {
        at,
        notes: [`the other is ${before.declared_at?.file ?? before.original_file_path}`],
        hint: 'Rename one of them, disable it, or give it another alias or schema.',
      },
    ),
  );
}

function checkCycle(
  parents: Readonly<Record<string, readonly string[]>>,
  nodes: readonly ManifestNode[],
  session: Session,
): void {
  const cycle = findCycle(parents);
  if (cycle === undefined) return;
  const byId = new Map(nodes.map((node) => [node.unique_id, node]));
  // parents were followed; read the other way, each feeds the next
  const path = [...cycle].reverse();
  const name = (id: string): string => byId.get(id)?.name ?? id.split('.').pop() ?? id;
  const first = byId.get(path[0] ?? '');
  session.problems.error(
    new ThauError('PROJECT_CYCLE', `nodes depend on each other in a circle: ${path.map(name).join(' -> ')}`, {
      ...(first?.declared_at === undefined ? {} : { at: first.declared_at }),
      notes: path.slice(0, -1).map((id) => `${id} (${byId.get(id)?.original_file_path ?? ''})`),
      hint: 'Remove one of these references; what both need can become a model of its own.',
    }),
  );
}

function macroNodes(session: Session): Record<string, MacroNode> {
  const described = describeMacros(session);
  return Object.fromEntries(
    described.sort((a, b) => (a.unique_id < b.unique_id ? -1 : 1)).map((node) => [node.unique_id, node]),
  );
}
