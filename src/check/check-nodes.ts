import { isIncremental } from '../build/materialisations/is-incremental.js';
import { contractFault } from '../build/materialisations/contract.js';
import { inputsOf } from '../build/plan/node-inputs.js';
import { isBuiltPerhaps, type Plan } from '../build/plan/plan.js';
import { hasRelation } from '../build/run/has-relation.js';
import { nodeFailure } from '../build/run/node-failure.js';
import { RunScope } from '../build/run/run-scope.js';
import { placeKey } from '../build/views/read-columns.js';
import type { Column } from '../build/views/view-text.js';
import { ThauError } from '../errors/thau-error.js';
import type { Database } from '../postgres/database.js';
import type { ManifestNode } from '../project/manifest.js';
import type { Catalog } from '../schema/catalog.js';
import { mayAlter, mayBeMadeGood, saysNothing } from './certainty.js';
import type { NodeFinding } from './finding.js';
import { inOrder } from './in-order.js';
import { readBy } from './read-by.js';
import { withNearestName } from './nearest-name.js';
import { isDecidedDuringRun, PresentAdapter } from './present-adapter.js';
import { resultingColumns } from './resulting-columns.js';
import { Scratch, type Place } from './scratch.js';
import { seedColumns } from './seed-columns.js';
import { contractPlace, statementsOf } from './statements.js';

export interface CheckNodesOptions {
  readonly database: Database;
  /** `pg_stat_activity.application_name`. */
  readonly applicationName: string;
  /** Of the run that is about to build, or of one that might: knows what stands for each node now. */
  readonly scope: RunScope;
  readonly plan: Pick<Plan, 'decisions' | 'fingerprints'>;
  /** The columns of what is published. */
  readonly published: Catalog | undefined;
  readonly passedTests: Readonly<Record<string, string>>;
  /** Also what was checked when it was published. */
  readonly all?: boolean;
}

export interface NodesChecked {
  readonly findings: readonly NodeFinding[];
  /** The columns that nodes will have; a node of which nothing can be told has no entry. */
  readonly columns: ReadonlyMap<string, readonly Column[]>;
  /** Nodes whose columns are not those that are published. */
  readonly changed: ReadonlySet<string>;
  /** How many were asked of the server. */
  readonly asked: number;
  /** Nodes that read one with a fault, and that one's name. */
  readonly waiting: ReadonlyMap<string, string>;
}

/** Statements that stand under one savepoint: when one fails, they are tried one by one. */
const chunkSize = 10;

/**
 * Holds every node that a run would build against the server, without building it: its select becomes a view in a
 * transaction that is rolled back, over the views of what it reads. What is as it was published, over columns as they
 * were, is not asked again.
 */
export async function checkNodes(options: CheckNodesOptions): Promise<NodesChecked> {
  const checker = new NodeChecker(options);
  try {
    return await checker.check();
  } finally {
    await checker.close();
  }
}

interface Pending {
  readonly node: ManifestNode;
  readonly parents: readonly string[];
  readonly sql: string;
  readonly askedDatabase: boolean;
}

class NodeChecker {
  private readonly scratch: Scratch;
  private readonly adapter: PresentAdapter;
  /** Renders `ref()` as the scratch view of a node that is to be built. */
  private readonly scope: RunScope;
  private readonly nodes: readonly ManifestNode[];
  private readonly places = new Map<string, Place>();
  private readonly published: ReadonlyMap<string, readonly Column[]>;
  private readonly columns = new Map<string, readonly Column[]>();
  private readonly changed = new Set<string>();
  private readonly untold = new Set<string>();
  private readonly waiting = new Map<string, string>();
  private readonly findings: NodeFinding[] = [];
  private chunk: Pending[] = [];
  private asked = 0;

  constructor(private readonly options: CheckNodesOptions) {
    const { scope, plan, published } = options;
    const { manifest } = scope.options;
    this.scratch = new Scratch(options.database, options.applicationName);
    this.scope = new RunScope(scope.options);
    for (const [id, relation] of scope.candidates()) {
      const node = manifest.nodes[id];
      if (node) this.scope.setCandidate(node, relation, relation.builtBy);
    }
    this.nodes = inOrder(
      [...plan.decisions].flatMap(([id, decision]) => {
        const node = manifest.nodes[id];
        return node && (isBuiltPerhaps(decision) || options.all) && isChecked(node) ? [node] : [];
      }),
      (node) => readBy(manifest, node),
    );
    const presentAt = new Map<string, Place | null>();
    for (const [index, node] of this.nodes.entries()) {
      if (!hasRelation(node)) {
        this.places.set(node.unique_id, this.scratch.place({ schema: '', name: `test ${index}` }));
        continue;
      }
      const place = this.scratch.place({ schema: node.schema, name: node.alias });
      this.places.set(node.unique_id, place);
      presentAt.set(placeKey(place), scope.currentRelation(node.unique_id) ?? null);
      this.scope.setCandidate(node, { ...place, kind: 'view' });
    }
    this.adapter = new PresentAdapter(options.database, options.applicationName, scope, (key) =>
      presentAt.get(key),
    );
    this.published = new Map(published?.relations.map(({ nodeId, columns }) => [nodeId, columns]));
  }

  async check(): Promise<NodesChecked> {
    for (const node of this.nodes) {
      const parents = this.parentsOf(node);
      const faulty = parents.find((id) => this.isFaulty(id));
      const pendingParent = parents.some((id) => this.chunk.some((one) => one.node.unique_id === id));
      if (faulty !== undefined) this.waiting.set(node.unique_id, this.nameOf(faulty));
      else if (parents.some((id) => this.untold.has(id))) this.untold.add(node.unique_id);
      else if (this.isKnown(node, parents, pendingParent)) this.learn(node, this.publishedColumns(node));
      else await this.take(node, parents);
      if (this.chunk.length >= chunkSize) await this.flush();
    }
    await this.flush();
    const { findings, columns, changed, asked, waiting } = this;
    return { findings, columns, changed, asked, waiting };
  }

  async close(): Promise<void> {
    await this.scratch.close();
    await this.adapter.close();
  }

  private parentsOf(node: ManifestNode): readonly string[] {
    const { manifest } = this.scope.options;
    return readBy(manifest, node).filter((id) => manifest.nodes[id] !== undefined);
  }

  private isFaulty(id: string): boolean {
    return this.waiting.has(id) || this.findings.some((finding) => finding.nodeId === id && finding.certain);
  }

  private nameOf(id: string): string {
    return this.waiting.get(id) ?? this.scope.options.manifest.nodes[id]?.name ?? id;
  }

  /** As it was when it was published, over columns as they were. */
  private isKnown(node: ManifestNode, parents: readonly string[], pendingParent: boolean): boolean {
    const { plan, passedTests, all } = this.options;
    const { manifest, current } = this.scope.options;
    const print = plan.fingerprints.get(node.unique_id);
    if (all || pendingParent || print === undefined || parents.some((id) => this.changed.has(id)))
      return false;
    // a source may have other columns than it had
    if (inputsOf(manifest, node).some((id) => manifest.sources[id] !== undefined)) return false;
    if (node.resource_type === 'test') return passedTests[node.unique_id]?.startsWith(print) ?? false;
    return current.nodes.get(node.unique_id)?.fingerprint === print && this.published.has(node.unique_id);
  }

  private publishedColumns(node: ManifestNode): readonly Column[] | undefined {
    return this.published.get(node.unique_id);
  }

  private learn(node: ManifestNode, columns: readonly Column[] | undefined): void {
    if (!hasRelation(node)) return;
    if (!columns) {
      this.untold.add(node.unique_id);
      return;
    }
    this.columns.set(node.unique_id, columns);
    if (!sameColumns(columns, this.publishedColumns(node))) this.changed.add(node.unique_id);
  }

  /** Renders a node and puts it into the chunk; what cannot be rendered is a fault of its own. */
  private async take(node: ManifestNode, parents: readonly string[]): Promise<void> {
    const { renderer } = this.scope.options;
    if (renderer.materialization?.(node.config.materialized, node.config)) {
      this.learn(node, undefined);
      return;
    }
    this.adapter.asked = false;
    try {
      if (node.resource_type === 'seed') {
        this.learn(node, await seedColumns(node));
        return;
      }
      const context = this.scope.context(this.adapter, this.scope.thisInModel(node));
      const { compiledCode: sql } = await renderer.compile(node, context);
      this.chunk.push({ node, parents, sql, askedDatabase: this.adapter.asked });
    } catch (error) {
      if (isDecidedDuringRun(error) || this.dependsOnData(parents)) this.learnNothing(node);
      else this.note(node, error, this.isCertain(node, error, this.adapter.asked));
    }
  }

  /** Whether the run would meet the same fault: what a template finds in the database may be other data by then. */
  private isCertain(node: ManifestNode, error: unknown, asked: boolean): boolean {
    const { manifest, runId, renderer } = this.scope.options;
    const isOwn = (one: ManifestNode): boolean =>
      renderer.materialization?.(one.config.materialized, one.config) !== undefined;
    return !asked && !mayBeMadeGood(error, node, { manifest, runId, isOwn });
  }

  /**
   * Whether a template asked the database while some of what it reads is to be built first: the answer was of other
   * data (none, before the first run), so neither a refusal of the template nor its columns say what the run will see.
   */
  private dependsOnData(parents: readonly string[], asked = this.adapter.asked): boolean {
    return asked && parents.some((id) => this.places.has(id));
  }

  private learnNothing(node: ManifestNode): void {
    if (hasRelation(node)) this.untold.add(node.unique_id);
  }

  private async flush(): Promise<void> {
    const chunk = this.chunk;
    this.chunk = [];
    if (chunk.length === 0) return;
    this.asked += chunk.length;
    await this.scratch.makeRoom(chunk.length * 2);
    await this.makeStubs(chunk);
    const together = await this.scratch.attempt(
      chunk.map((one) => this.statement(one)).join(';\n'),
      chunk.map((one) => this.placeOf(one.node)),
    );
    if (together === undefined) {
      await this.readMade(chunk);
      return;
    }
    for (const one of chunk) {
      const parent = one.parents.find((id) => this.isFaulty(id));
      if (parent !== undefined) this.waiting.set(one.node.unique_id, this.nameOf(parent));
      else if (one.parents.some((id) => this.untold.has(id))) this.learnNothing(one.node);
      else await this.attemptOne(one);
    }
  }

  private async attemptOne(one: Pending): Promise<void> {
    await this.scratch.makeRoom(2);
    await this.makeStubs([one]);
    const error = await this.scratch.attempt(this.statement(one), [this.placeOf(one.node)]);
    if (error === undefined) {
      await this.readMade([one]);
      return;
    }
    const { manifest } = this.scope.options;
    if (saysNothing(error, one.node, manifest) || this.dependsOnData(one.parents, one.askedDatabase))
      this.learnNothing(one.node);
    else this.note(one.node, error, this.isCertain(one.node, error, one.askedDatabase), one);
  }

  /** What stands in an earlier transaction, or was not asked, stands in this one as typed nulls. */
  private async makeStubs(chunk: readonly Pending[]): Promise<void> {
    const own = new Set(chunk.map((one) => one.node.unique_id));
    const wanted = new Set(chunk.flatMap((one) => one.parents).filter((id) => !own.has(id)));
    const stubs = [...wanted].flatMap((id) => {
      const place = this.places.get(id);
      const columns = this.columns.get(id);
      return place && columns && !this.scratch.stands(place) ? [{ place, columns }] : [];
    });
    await this.scratch.makeStubs(stubs);
  }

  private statement({ node, sql }: Pending): string {
    return statementsOf(node, sql, this.placeOf(node)).join(';\n');
  }

  private placeOf({ unique_id: id }: ManifestNode): Place {
    const place = this.places.get(id);
    if (place) return place;
    throw new Error(`${id} has no place`);
  }

  private async readMade(made: readonly Pending[]): Promise<void> {
    const built = made.filter(({ node }) => hasRelation(node));
    const places = built.map(({ node }) => this.placeOf(node));
    if (places.length === 0) return;
    const found = await this.scratch.columns([...places, ...places.map((place) => contractPlace(place))]);
    for (const { node, parents, askedDatabase } of built) {
      if (this.dependsOnData(parents, askedDatabase) || mayAlter(node)) {
        this.learnNothing(node);
        continue;
      }
      const place = this.placeOf(node);
      const columns = found.get(placeKey(place)) ?? [];
      const promised = found.get(placeKey(contractPlace(place)));
      const broken = promised && contractFault(node, columns, promised);
      if (broken) {
        this.note(node, broken, true);
        continue;
      }
      const current = this.scope.previousRelation(node.unique_id);
      const goesOn =
        node.resource_type === 'snapshot'
          ? current?.kind === 'table'
          : isIncremental(node.config, current, this.scope.fullRefresh);
      const before = goesOn ? this.publishedColumns(node) : undefined;
      try {
        this.learn(node, resultingColumns(node, columns, before));
      } catch (error) {
        this.note(node, error, true);
      }
    }
  }

  private note(node: ManifestNode, error: unknown, certain: boolean, pending?: Pending): void {
    if (!certain) this.learnNothing(node);
    const placed = nodeFailure(error, node);
    if (!(placed instanceof ThauError)) throw error;
    const names = (pending?.parents ?? []).flatMap((id) =>
      (this.columns.get(id) ?? this.published.get(id) ?? []).map((column) => column.name),
    );
    this.findings.push({
      nodeId: node.unique_id,
      name: node.name,
      error: withNearestName(placed, names, this.scope.options.manifest),
      certain,
      onPresentData: pending?.askedDatabase ?? false,
    });
  }
}

function isChecked(node: ManifestNode): boolean {
  return hasRelation(node) || node.resource_type === 'test';
}

function sameColumns(a: readonly Column[], b: readonly Column[] | undefined): boolean {
  return (
    a.length === b?.length &&
    a.every(({ name, type }, index) => b[index]?.name === name && b[index].type === type)
  );
}
