import { ThauError } from '../../errors/thau-error.js';
import type { DatabaseAdapter, RelationName } from '../../project/context/database-adapter.js';
import type { EventWindow } from '../../project/context/event-window.js';
import type { RunContext, RunFlags } from '../../project/context/render-run.js';
import type { Manifest, ManifestNode } from '../../project/manifest.js';
import type { DatabaseClock } from '../../postgres/database-clock.js';
import type { Session } from '../../postgres/session.js';
import { OwnedNames } from '../adapter/owned-names.js';
import { PublishedRelations } from '../adapter/published-relations.js';
import { RunAdapter } from '../adapter/run-adapter.js';
import { noMemory, type BatchMemory } from '../microbatch/batch-memory.js';
import { Threads } from '../microbatch/threads.js';
import type { Decision } from '../plan/decision.js';
import { isEjected, type Generation } from '../publish/generation.js';
import { candidateSchema, sqlName, type Relation } from '../relation.js';
import type { Reporter } from '../report/run-event.js';
import type { Deferral } from './deferral.js';
import { hasRelation } from './has-relation.js';
import type { Renderer } from './renderer.js';

export interface RunScopeOptions {
  readonly manifest: Manifest;
  readonly renderer: Renderer;
  readonly runId: number;
  /** thau's own schema, quoted. */
  readonly state: string;
  readonly current: Generation;
  readonly flags: RunFlags;
  readonly invocationId: string;
  readonly startedAt: Date;
  /** What nodes are timed by; this machine's clock unless given. */
  readonly clock?: Pick<DatabaseClock, 'now'>;
  readonly reporter: Reporter;
  /** Things done at once; 1 unless given. */
  readonly threads?: number;
  /** unique_ids of what the run is over. */
  readonly selected?: ReadonlySet<string>;
  readonly defer?: Deferral;
  /** What was never built is rendered by the name it will have, where nothing reads it. */
  readonly namesUnbuilt?: boolean;
  /** `--event-time-start` and `--event-time-end`. */
  readonly eventTime?: EventWindow;
}

/** A candidate, and the run that made it. */
export interface MadeRelation extends Relation {
  readonly builtBy: number;
}

/**
 * What the nodes of one run share: which relation stands for each node, and the context their templates render
 * in. It changes in one way: a candidate, once made, stands for its node.
 */
export class RunScope {
  readonly names = new OwnedNames();
  readonly published: PublishedRelations;
  /** The schemas that readers know, which candidates stand beside. */
  readonly schemas: ReadonlySet<string>;
  readonly threads: Threads;
  /** What earlier runs did of microbatch models; known once the run is planned. */
  batches: BatchMemory = noMemory;
  /** Of the plan, once there is one. */
  decisions: ReadonlyMap<string, Decision> = new Map();
  private readonly made = new Map<string, MadeRelation>();

  constructor(readonly options: RunScopeOptions) {
    this.published = new PublishedRelations(options.current);
    this.schemas = new Set(Object.values(options.manifest.nodes).map(({ schema }) => schema));
    this.threads = new Threads(options.threads ?? 1);
    for (const node of Object.values(options.manifest.nodes)) {
      if (hasRelation(node)) this.names.set(node.schema, node.alias, null);
    }
    for (const node of options.current.nodes.values()) {
      this.names.set(node.schema, node.name, { ...node.relation, candidate: false });
    }
  }

  /** The time, as the database's own rows tell it. */
  now(): Date {
    return this.options.clock?.now() ?? new Date();
  }

  get fullRefresh(): boolean {
    return this.options.flags.FULL_REFRESH;
  }

  /** Where this run builds a node. */
  candidatePlace(node: ManifestNode): { readonly schema: string; readonly name: string } {
    return { schema: candidateSchema(node.schema, this.options.runId), name: node.alias };
  }

  /** From now on the candidate stands for the node; `builtBy` where an earlier run made it. */
  setCandidate(node: ManifestNode, relation: Relation, builtBy = this.options.runId): void {
    this.made.set(node.unique_id, { ...relation, builtBy });
    this.names.set(node.schema, node.alias, { ...relation, candidate: true });
  }

  /** The candidate is not to be published: what was published before stands for the node again. */
  dropCandidate(nodeId: string): void {
    this.made.delete(nodeId);
  }

  /** A hook dropped what was built: the node is done, and nothing stands for it. */
  forgetCandidate(node: ManifestNode): void {
    this.made.delete(node.unique_id);
    this.names.set(node.schema, node.alias, null);
  }

  candidates(): ReadonlyMap<string, MadeRelation> {
    return this.made;
  }

  /** The published relation of a node. */
  currentRelation(nodeId: string): Relation | undefined {
    return this.options.current.nodes.get(nodeId)?.relation;
  }

  /** What a node's own build goes on from: the published relation, unless it holds a sample and this run does not. */
  previousRelation(nodeId: string): Relation | undefined {
    const mapped = this.options.current.nodes.get(nodeId);
    const { SAMPLE, EMPTY } = this.options.flags;
    return mapped?.sampled && SAMPLE === undefined && !EMPTY ? undefined : mapped?.relation;
  }

  /** What stands for a node now, as data versions name it. */
  relationText(nodeId: string): string | undefined {
    // what another target has may change under the same name
    if (this.deferred(nodeId)) return undefined;
    const mapped = this.options.current.nodes.get(nodeId);
    if (mapped && !this.made.has(nodeId) && isEjected(mapped)) return undefined;
    const relation = this.made.get(nodeId) ?? this.currentRelation(nodeId);
    return relation && sqlName(relation);
  }

  /** What `this` is in a node's own SQL: what is published, or the node's name while nothing is. */
  thisInModel(node: ManifestNode): RelationName {
    const shown = this.fullRefresh ? undefined : this.previousRelation(node.unique_id);
    if (shown) return { database: null, schema: shown.schema, identifier: shown.name };
    // a sample that this run does not go on from: the node's own name would find it
    const hidden = !this.fullRefresh && this.currentRelation(node.unique_id) !== undefined;
    const place = hidden ? this.candidatePlace(node) : { schema: node.schema, name: node.alias };
    return { database: null, schema: place.schema, identifier: place.name };
  }

  /** What `ref()` and `source()` render. */
  relationOf(uniqueId: string): RelationName {
    const source = this.options.manifest.sources[uniqueId];
    if (source) {
      // a source may name what a node of this project builds: then it is read as `ref()` would
      const owned = this.names.get(source.schema, source.identifier);
      if (owned === undefined)
        return { database: null, schema: source.schema, identifier: source.identifier };
      if (owned) return { database: null, schema: owned.schema, identifier: owned.name };
      if (this.options.namesUnbuilt)
        return { database: null, schema: source.schema, identifier: source.identifier };
      throw missingRelation(source.identifier);
    }
    const deferred = this.deferred(uniqueId);
    if (deferred) return deferred;
    const relation = this.made.get(uniqueId) ?? this.currentRelation(uniqueId);
    if (relation) return { database: null, schema: relation.schema, identifier: relation.name };
    const node = this.options.manifest.nodes[uniqueId];
    if (node && this.options.namesUnbuilt)
      return { database: null, schema: node.schema, identifier: node.alias };
    throw missingRelation(node?.name ?? uniqueId);
  }

  /** The relation of another state that is read in a node's place. */
  private deferred(nodeId: string): RelationName | undefined {
    const { defer, selected } = this.options;
    if (!defer || this.made.has(nodeId) || selected?.has(nodeId)) return undefined;
    if (!defer.favorState && this.currentRelation(nodeId)) return undefined;
    return defer.relationOf(nodeId);
  }

  adapter(session: Session): RunAdapter {
    return new RunAdapter({
      session,
      state: this.options.state,
      names: this.names,
      published: this.published,
      runId: this.options.runId,
      onLog: (message, toConsole, printed = false) =>
        this.options.reporter({ type: 'log', at: new Date(), message, toConsole, printed }),
    });
  }

  context(
    adapter: DatabaseAdapter,
    thisRelation: RelationName | null,
    extra?: Readonly<Record<string, unknown>>,
  ): RunContext {
    return {
      adapter,
      relationOf: (uniqueId) => this.relationOf(uniqueId),
      thisRelation,
      flags: this.options.flags,
      invocationId: this.options.invocationId,
      runStartedAt: this.options.startedAt,
      ...(extra && { extra }),
    };
  }
}

function missingRelation(name: string): ThauError {
  return new ThauError(
    'BUILD_MISSING_RELATION',
    `${name} has not been built yet, and is not part of this run.`,
    { hint: `Build it too: add +${name} to the selection, or run thau build.` },
  );
}
