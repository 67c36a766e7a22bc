import { setImmediate } from 'node:timers/promises';
import type { Queryable } from '../../postgres/queryable.js';
import type { RunFlags } from '../../project/context/render-run.js';
import type { Manifest, ManifestNode, SourceNode } from '../../project/manifest.js';
import type { Generation } from '../publish/generation.js';
import { hasRelation } from '../run/has-relation.js';
import type { Renderer } from '../run/renderer.js';
import { planUnitTests } from '../unit-tests/plan-unit-tests.js';
import { choosePaths, type PathSettings } from '../versioned/choose-path.js';
import { readAsTables } from '../versioned/read-as-tables.js';
import type { AskedTemplate, TemplateAsker } from './asked-template.js';
import { decideRendered, decideUnrendered, testVersion, type Decision } from './decision.js';
import { readFacts } from './facts.js';
import { fingerprint, hashOf, type Fingerprint } from './fingerprint.js';
import { InputStates } from './input-states.js';
import { inputsOf, relationText } from './node-inputs.js';
import { mentionedIn } from './mentioned.js';
import { placeholderSchema } from './planning-adapter.js';
import { statementNames, type KnownNames, type StatementNames } from './statement-names.js';

/** What a node of the run turned out to be at its turn. */
export interface Settled {
  readonly decision: Decision;
  /** Of a template that asked the database: what it was answered, which the build is to go on from. */
  readonly asked?: AskedTemplate;
}

/** What a run is going to do with each selected node, and what it will remember to decide the next time. */
export interface Plan {
  readonly decisions: ReadonlyMap<string, Decision>;
  readonly fingerprints: ReadonlyMap<string, string>;
  /** For the next plan, which need not parse what did not change. */
  names(): KnownNames;
  /** The state of what a node reads, given the relations that stand for its parents; null: not known. */
  dataVersion(nodeId: string, relationOf: (parentId: string) => string | undefined): string | null;
  /** Whether a node is to be settled at its turn: it is undecided, or its template asks the database. */
  isOpen(nodeId: string): boolean;
  /** Decides a node whose parents are done. */
  settle(nodeId: string, turn: Turn): Promise<Settled>;
}

/** The moment of a run at which a node is settled. */
export interface Turn {
  readonly database: Queryable;
  readonly asker: TemplateAsker;
  readonly relationOf: (parentId: string) => string | undefined;
  /** Whether this run built a node. */
  readonly isBuilt: (nodeId: string) => boolean;
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
  readonly knownNames?: KnownNames;
  /** How incremental models and snapshots are to be built. */
  readonly paths?: PathSettings | undefined;
  /** Of the tests that passed in the current generation: fingerprint and data version. */
  readonly passedTests: Readonly<Record<string, string>>;
  /** Renders templates that ask the database; without it, their nodes are built. */
  readonly asker?: TemplateAsker;
}

/**
 * Decides what to build: a node is carried forward when it is what it was, over data that is what it was. Whatever
 * cannot be told is built.
 */
export async function makePlan(database: Queryable, options: PlanOptions): Promise<Plan> {
  const { manifest, selected, current, state } = options;
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
  const states = new InputStates(options);
  // the database answers while the templates render
  const [facts, prints] = await Promise.all([
    states.readSources(database, [...sources.values()]).then(() => readFacts(database, state, current)),
    fingerprints(nodes, options),
  ]);
  const names = new Map([...prints].map(([id, print]) => [id, namesOf(id, print, options.knownNames)]));
  await states.readNames(database, names.values());
  for (const [id, ids] of inputs) inputs.set(id, [...ids, ...states.namedBy(names.get(id) ?? none, ids)]);
  const asTables = await readAsTables(manifest, (id) => prints.get(id)?.sql);
  const asking = new Set(
    nodes.flatMap(({ unique_id: id }) =>
      prints.get(id)?.because === 'asks the database' && !isInBatches(manifest, id) ? [id] : [],
    ),
  );
  const decisions = new Map<string, Decision>();
  const hashes = new Map<string, string>();
  const dataVersion: Plan['dataVersion'] = (nodeId, relationOf) =>
    versionOf(inputs.get(nodeId) ?? [], states, names.get(nodeId) ?? none, relationOf);

  /** Renders a template that asks, and learns from it what the node is and reads. */
  const ask = async (node: ManifestNode, asker: TemplateAsker | undefined, by: Queryable) => {
    const id = node.unique_id;
    const asked = asking.has(id) ? await asker?.render(node) : undefined;
    if (asked === undefined) return undefined;
    const { sql } = asked;
    const was = hashes.get(id);
    const hash = await hashOf(node, sql, options);
    prints.set(id, { hash, sql, ...(asked.compiled.volatile && { because: 'reads the run' as const }) });
    if (was !== hash) names.set(id, knownNames(id, hash, options.knownNames) ?? statementNames(sql));
    await states.readNames(by, [names.get(id) ?? none]);
    const read = mentionedIn(manifest, node, sql, names.get(id) ?? none);
    inputs.set(id, [...read, ...states.namedBy(names.get(id) ?? none, read)]);
    hashes.set(id, hash);
    return asked;
  };
  const rendered = (
    node: ManifestNode,
    asked: AskedTemplate | undefined,
    decisionOf: (id: string) => Decision['action'] | undefined,
    relationOf: (id: string) => string | undefined,
    catalogMoves: boolean,
  ): Decision => {
    const id = node.unique_id;
    return decideRendered(node, {
      options,
      states,
      facts,
      reader: asTables.get(id),
      print: prints.get(id),
      called: names.get(id)?.functions ?? [],
      inputs: inputs.get(id) ?? [],
      asked,
      decisionOf,
      catalogMoves,
      version: () => dataVersion(id, relationOf),
    });
  };
  const published = (id: string): string | undefined => relationText(current.nodes.get(id));
  const templates = new Map<string, AskedTemplate | undefined>();
  const decideAll = async (catalogMoves: boolean): Promise<void> => {
    decisions.clear();
    const decide = async (node: ManifestNode): Promise<void> => {
      const id = node.unique_id;
      if (decisions.has(id)) return;
      for (const parentId of inputsOf(manifest, node)) {
        const parent = manifest.nodes[parentId];
        if (parent && selected.has(parentId) && !decisions.has(parentId)) await decide(parent);
      }
      const early = decideUnrendered(node, { options, states, facts, reader: asTables.get(id) });
      if (early) {
        decisions.set(id, early);
        return;
      }
      if (asking.has(id) && !templates.has(id)) templates.set(id, await ask(node, options.asker, database));
      // what is not decided yet, and is no parent, may be built at any moment
      const decisionOf = (other: string): Decision['action'] | undefined =>
        decisions.get(other)?.action ?? (selected.has(other) && other !== id ? 'decide' : undefined);
      decisions.set(id, rendered(node, templates.get(id), decisionOf, published, catalogMoves));
    };
    for (const node of nodes) await decide(node);
  };
  await decideAll(false);
  const listing = [...templates.values()].some((asked) => asked?.catalog);
  const moves = (id: string): boolean => {
    const node = manifest.nodes[id];
    return node !== undefined && hasRelation(node) && decisions.get(id)?.action !== 'carry';
  };
  if (listing && [...decisions.keys()].some(moves)) await decideAll(true);

  const paths = await choosePaths(
    database,
    nodes.filter((node) => isBuiltPerhaps(decisions.get(node.unique_id))),
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
  for (const [id, { hash }] of prints) if (hash !== undefined) hashes.set(id, hash);
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
  return {
    decisions,
    fingerprints: hashes,
    dataVersion,
    isOpen: (id) => asking.has(id) || decisions.get(id)?.action === 'decide',
    settle: async (id, turn) => {
      const planned = decisions.get(id);
      const node = manifest.nodes[id];
      if (!node || !planned) return { decision: { action: 'build', because: 'was selected' } };
      const asked = await ask(node, turn.asker, turn.database);
      if (planned.action !== 'decide') return { decision: planned, ...(asked && { asked }) };
      const answered = asked && { ...asked, about: new Set<string>(), catalog: false };
      const decisionOf = (other: string): Decision['action'] => (turn.isBuilt(other) ? 'build' : 'carry');
      const told = rendered(node, answered, decisionOf, turn.relationOf, false);
      const decision: Decision = { ...planned, ...told, settled: true };
      decisions.set(id, decision);
      return { decision, ...(asked && { asked }) };
    },
    names: () =>
      Object.fromEntries(
        [...prints].flatMap(([id, { hash }]) => {
          const { functions, relations } = names.get(id) ?? none;
          if (hash === undefined) return [];
          return [[id, { hash, names: functions, ...(relations.length > 0 && { reads: relations }) }]];
        }),
      ),
  };
}

const none: StatementNames = { functions: [], relations: [] };

/** Whether a run may build it: then there has to be a place for it. */
export function isBuiltPerhaps(decision: Decision | undefined): boolean {
  return decision === undefined || decision.action === 'build' || decision.action === 'decide';
}

/** The batches of a microbatch model are statements of their own. */
function isInBatches(manifest: Manifest, id: string): boolean {
  return manifest.nodes[id]?.config['incremental_strategy'] === 'microbatch';
}

function namesOf(id: string, { hash, sql }: Fingerprint, known: KnownNames | undefined): StatementNames {
  const { functions, relations } = knownNames(id, hash, known) ?? statementNames(sql);
  return { functions, relations: relations.filter(({ schema }) => schema !== placeholderSchema) };
}

/** What an earlier plan found in the same SQL. */
function knownNames(
  id: string,
  hash: string | undefined,
  known: KnownNames | undefined,
): StatementNames | undefined {
  const before = known?.[id];
  if (before === undefined || before.hash !== hash) return undefined;
  return { functions: before.names, relations: before.reads ?? [] };
}

async function fingerprints(
  nodes: readonly ManifestNode[],
  options: PlanOptions,
): Promise<Map<string, Fingerprint>> {
  const prints = new Map<string, Fingerprint>();
  for (const [place, node] of nodes.entries()) {
    // rendering waits for nothing: answers of the database and signals get their turn between nodes
    if (place % 50 === 0) await setImmediate();
    prints.set(node.unique_id, await fingerprint(node, options));
  }
  return prints;
}

function versionOf(
  inputs: readonly string[],
  states: InputStates,
  { functions }: StatementNames,
  relationOf: (parentId: string) => string | undefined,
): string | null {
  const state: Record<string, string> = {};
  for (const id of inputs) {
    if (states.isCatalog(id)) continue;
    const version = states.versions.get(id) ?? relationOf(id);
    if (version === undefined) return null;
    state[id] = version;
  }
  for (const name of functions) {
    const definition = states.definitions.get(name);
    if (definition !== undefined) state[`function ${name}`] = definition;
  }
  return JSON.stringify(state);
}
