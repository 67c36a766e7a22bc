import { setImmediate } from 'node:timers/promises';
import type { Queryable } from '../../postgres/queryable.js';
import type { Manifest, ManifestNode, SourceNode } from '../../project/manifest.js';
import type { RunFlags } from '../../project/context/render-run.js';
import { sampleOf } from '../publish/sampled.js';
import { isEjected, type Generation, type MappedNode } from '../publish/generation.js';
import { sqlName } from '../relation.js';
import { choosePaths, type PathSettings, type PhysicalPath } from '../versioned/choose-path.js';
import { readAsTables } from '../versioned/read-as-tables.js';
import type { Renderer } from '../run/renderer.js';
import { hasRelation } from '../run/has-relation.js';
import { planUnitTests } from '../unit-tests/plan-unit-tests.js';
import { calledFunctions, unreadable, type KnownCalls } from './called-functions.js';
import { readFacts, type Facts } from './facts.js';
import { fingerprint, type Fingerprint } from './fingerprint.js';
import { readFunctions, type FunctionFacts } from './read-functions.js';
import { newBatch, periodText, reconcileReason, statedPeriod } from './time-rules.js';
import { readSourceVersions, type SourceVersions } from './source-versions.js';

export interface Decision {
  /** `carry` shows the published relation further, `reuse` a candidate that a failed run left. */
  readonly action: 'build' | 'carry' | 'reuse';
  readonly because: string;
  /** Of an incremental model or a snapshot that is built: how. */
  readonly path?: PhysicalPath;
}

/** What a run is going to do with each selected node, and what it will remember to decide the next time. */
export interface Plan {
  readonly decisions: ReadonlyMap<string, Decision>;
  readonly fingerprints: ReadonlyMap<string, string>;
  /** For the next plan, which need not parse what did not change. */
  readonly calls: KnownCalls;
  /** The state of what a node reads, given the relations that stand for its parents; null: not known. */
  dataVersion(nodeId: string, relationOf: (parentId: string) => string | undefined): string | null;
}

export interface PlanOptions {
  readonly manifest: Manifest;
  readonly renderer: Renderer;
  readonly flags: RunFlags;
  readonly state: string;
  readonly current: Generation;
  readonly selected: ReadonlySet<string>;
  /** Builds everything: why. Undefined: decides by what changed. */
  readonly force?: string;
  /** See `SourceVersionOptions`. */
  readonly distrustRecent: boolean;
  /** `runs.reconcile`: milliseconds that counters of sources are believed; a day unless given, 0 without end. */
  readonly reconcileAfter?: number;
  /** Up to where microbatch models are whole, and the moment that counts as now. */
  readonly coveredUntil?: ReadonlyMap<string, Date>;
  readonly now?: Date;
  /** From the current generation: see `PlanMemory`. */
  readonly knownCalls?: KnownCalls;
  /** How incremental models and snapshots are to be built. */
  readonly paths?: PathSettings | undefined;
  /** Of the tests that passed in the current generation: fingerprint and data version. */
  readonly passedTests: Readonly<Record<string, string>>;
}

/**
 * Decides what to build: a node is carried forward when it is what it was, over data that is what it was. Whatever
 * cannot be told is built.
 */
export async function makePlan(database: Queryable, options: PlanOptions): Promise<Plan> {
  const { manifest, selected, current } = options;
  const nodes = [...selected].flatMap((id) => {
    const node = manifest.nodes[id];
    return node && (hasRelation(node) || node.resource_type === 'test') ? [node] : [];
  });
  const sources = new Map<string, SourceNode>();
  const inputs = new Map(nodes.map((node) => [node.unique_id, inputsOf(manifest, node)]));
  for (const ids of inputs.values()) {
    for (const id of ids) {
      const source = manifest.sources[id];
      if (source) sources.set(id, source);
    }
  }
  // the database answers while the templates render
  const [{ versions, facts }, prints] = await Promise.all([
    readInputs(database, [...sources.values()], options),
    fingerprints(nodes, options),
  ]);
  const called = new Map(
    [...prints].map(([id, { hash, sql }]) => {
      const before = options.knownCalls?.[id];
      return [id, before !== undefined && before.hash === hash ? before.names : calledFunctions(sql)];
    }),
  );
  const functions = await readFunctions(
    database,
    new Set([...called.values()].flatMap((names) => [...names])),
  );
  const asTables = await readAsTables(manifest, (id) => prints.get(id)?.sql);
  const decisions = new Map<string, Decision>();
  const dataVersion: Plan['dataVersion'] = (nodeId, relationOf) =>
    versionOf(inputs.get(nodeId) ?? [], versions, called.get(nodeId) ?? [], functions, relationOf);
  const decide = (node: ManifestNode): Decision => {
    const known = decisions.get(node.unique_id);
    if (known) return known;
    const parents = (inputs.get(node.unique_id) ?? []).flatMap((id) => {
      const parent = manifest.nodes[id];
      return parent && selected.has(id) ? [[parent, decide(parent)] as const] : [];
    });
    const decision = decideOne(node, {
      options,
      parents,
      print: prints.get(node.unique_id),
      called: called.get(node.unique_id) ?? [],
      functions,
      facts,
      version: () => dataVersion(node.unique_id, (parentId) => relationText(current.nodes.get(parentId))),
      versions,
      inputs: inputs.get(node.unique_id) ?? [],
      reader: asTables.get(node.unique_id),
    });
    decisions.set(node.unique_id, decision);
    return decision;
  };
  for (const node of nodes) decide(node);
  const paths = await choosePaths(
    database,
    nodes.filter((node) => decisions.get(node.unique_id)?.action === 'build'),
    {
      manifest,
      current,
      fullRefresh: options.flags.FULL_REFRESH,
      settings: options.paths ?? {},
      isOwn: (config) => options.renderer.materialization?.(config.materialized, config) !== undefined,
      readAsTables: asTables,
    },
  );
  for (const [id, path] of paths) {
    const decision = decisions.get(id);
    if (decision) decisions.set(id, { ...decision, path });
  }
  const known = [...prints].flatMap(([id, print]) =>
    print.hash === undefined ? [] : [[id, print.hash] as const],
  );
  const hashes = new Map(known);
  const unitTests = planUnitTests({
    manifest,
    selected,
    force: options.force,
    decisions,
    fingerprints: hashes,
    passed: options.passedTests,
    remembered: (hash) =>
      testVersion(
        hash,
        dataVersion('', () => undefined),
      ),
  });
  for (const { id, decision, fingerprint: print } of unitTests) {
    decisions.set(id, decision);
    if (print !== undefined) hashes.set(id, print);
  }
  const calls = Object.fromEntries(
    [...prints].flatMap(([id, { hash }]) =>
      hash === undefined ? [] : [[id, { hash, names: called.get(id) ?? [] }]],
    ),
  );
  return { decisions, fingerprints: hashes, dataVersion, calls };
}

/** What the database says of the state of sources and of the mapped relations, one question after the other. */
async function readInputs(
  database: Queryable,
  sources: readonly SourceNode[],
  { state, current, distrustRecent }: PlanOptions,
): Promise<{ readonly versions: SourceVersions; readonly facts: Facts }> {
  const versions = await readSourceVersions(database, sources, { distrustRecent, state });
  return { versions, facts: await readFacts(database, state, current) };
}

async function fingerprints(
  nodes: readonly ManifestNode[],
  options: PlanOptions,
): Promise<ReadonlyMap<string, Fingerprint>> {
  const prints = new Map<string, Fingerprint>();
  for (const [place, node] of nodes.entries()) {
    // rendering waits for nothing: answers of the database and signals get their turn between nodes
    if (place % 50 === 0) await setImmediate();
    prints.set(node.unique_id, await fingerprint(node, options));
  }
  return prints;
}

interface Question {
  readonly options: PlanOptions;
  readonly parents: readonly (readonly [ManifestNode, Decision])[];
  readonly print: Fingerprint | undefined;
  readonly called: readonly string[];
  readonly functions: FunctionFacts;
  readonly facts: Facts;
  readonly version: () => string | null;
  readonly versions: SourceVersions;
  readonly inputs: readonly string[];
  /** Who reads it as only a table can be read. */
  readonly reader: string | undefined;
}

function decideOne(node: ManifestNode, question: Question): Decision {
  const { options, print, parents, facts } = question;
  const build = (because: string): Decision => ({ action: 'build', because });
  const isTest = node.resource_type === 'test';
  const mapped = options.current.nodes.get(node.unique_id);
  const less = sampleOf(options.flags);
  if (node.resource_type === 'snapshot' && less !== null && mapped && !mapped.sampled) {
    return { action: 'carry', because: 'keeps its history: a sample would close what it leaves out' };
  }
  if (options.force !== undefined) return build(options.force);
  if (less !== null) return build(less === 'empty' ? 'is built empty' : `is built from a sample, ${less}`);
  if (!isTest) {
    if (!mapped) return build('was never built');
    if (mapped.schema !== node.schema || mapped.name !== node.alias) return build('has another name');
    if (!facts.present.has(node.unique_id)) return build('its relation is gone');
    if (mapped.sampled) return build(`holds less than all (${mapped.sampled})`);
    if (mapped.relation.store && question.reader !== undefined) {
      return build(`${question.reader} reads it as only a table can be read`);
    }
    if (mapped.staleSince) return build('was left behind by a run with a selection');
    const age = facts.age(mapped);
    if (age < 0) return build('was built in the future: the clock was set back');
    const { versions, inputs } = question;
    const after = options.reconcileAfter ?? 86_400_000;
    const due = reconcileReason({
      manifest: options.manifest,
      inputs,
      age,
      after,
      counted: versions.counted,
    });
    if (due !== undefined) return build(due);
  }
  const batch = newBatch(node, options.coveredUntil, options.now ?? new Date());
  if (batch !== undefined) return build(batch);
  if (options.renderer.materialization?.(node.config.materialized, node.config))
    return build('has a materialization of its own');
  if (print?.hash === undefined) return build(print?.because ?? 'cannot be rendered yet');
  const period = mapped && statedPeriod(node);
  const isGood = period !== undefined && !isTest && facts.age(mapped as MappedNode) <= period;
  if (print.because && !isGood) return build(print.because + aged(period));
  if (!isTest && mapped?.fingerprint !== print.hash) {
    return build(
      mapped?.fingerprint === null ? 'nothing is known of its last build' : 'its SQL or config changed',
    );
  }
  if (question.called.includes(unreadable)) return build('its SQL cannot be read before it runs');
  const moment = question.called.find((name) => question.functions.volatile.has(name));
  if (moment !== undefined && !isGood) {
    return build(`calls ${moment.replace(',', '')}(), which may answer differently${aged(period)}`);
  }
  const rebuilt = parents.find(([, decision]) => decision.action === 'build');
  if (rebuilt) return build(`reads ${rebuilt[0].name}, which is built`);
  const unknown = question.inputs.find(
    (id) => options.manifest.sources[id] !== undefined && question.versions.get(id) === undefined,
  );
  if (unknown !== undefined) return build(`cannot tell whether ${sourceName(options, unknown)} changed`);
  const version = question.version();
  const before = isTest ? options.passedTests[node.unique_id] : mapped?.dataVersion;
  const now = isTest ? testVersion(print.hash, version) : version;
  if (version === null || before !== now) {
    return build(
      isTest && before === undefined
        ? 'did not pass in this generation'
        : changedInput(options, before, version),
    );
  }
  return {
    action: 'carry',
    because:
      moment === undefined && print.because === undefined
        ? 'nothing it depends on changed'
        : `is good for ${periodText(period ?? 0)} by its freshness, and nothing else changed`,
  };
}

function aged(period: number | undefined): string {
  return period === undefined ? '' : `, and ${periodText(period)} passed`;
}

/** What is remembered of a passed test. */
export function testVersion(hash: string, version: string | null): string | null {
  return version === null ? null : `${hash} ${version}`;
}

function sourceName({ manifest }: PlanOptions, id: string): string {
  const source = manifest.sources[id];
  return source ? `${source.source_name}.${source.name}` : id;
}

/** Names the first input whose state differs. */
function changedInput(options: PlanOptions, before: string | null | undefined, now: string | null): string {
  const parse = (text: string | null | undefined): Record<string, string> => {
    const json = /\{.*\}$/.exec(text ?? '')?.[0];
    return json === undefined ? {} : (JSON.parse(json) as Record<string, string>);
  };
  if (before === null || before === undefined) return 'it is not known what it read';
  const old = parse(before);
  const changed = Object.entries(parse(now)).find(([id, version]) => old[id] !== version)?.[0];
  if (changed === undefined) return 'what it reads changed';
  if (options.manifest.sources[changed]) return `${sourceName(options, changed)} changed`;
  return changed.startsWith('function ')
    ? `${changed.slice(9)}() changed`
    : `reads ${options.manifest.nodes[changed]?.name ?? changed}, which was built`;
}

/** The sources and relations a node reads, through ephemeral models. */
export function inputsOf(manifest: Manifest, node: ManifestNode): readonly string[] {
  const found = new Set<string>();
  const walk = (id: string): void => {
    const parent = manifest.nodes[id];
    if (parent && !hasRelation(parent)) parent.depends_on.nodes.forEach(walk);
    else found.add(id);
  };
  node.depends_on.nodes.forEach(walk);
  return [...found].sort();
}

function versionOf(
  inputs: readonly string[],
  versions: SourceVersions,
  called: readonly string[],
  functions: FunctionFacts,
  relationOf: (parentId: string) => string | undefined,
): string | null {
  const state: Record<string, string> = {};
  for (const id of inputs) {
    const version = versions.get(id) ?? relationOf(id);
    if (version === undefined) return null;
    state[id] = version;
  }
  for (const name of called) {
    const definition = functions.definitions.get(name);
    if (definition !== undefined) state[`function ${name}`] = definition;
  }
  return JSON.stringify(state);
}

/** A mapped relation as a data version names it. */
export function relationText(mapped: MappedNode | undefined): string | undefined {
  return mapped && !isEjected(mapped) ? sqlName(mapped.relation) : undefined;
}
