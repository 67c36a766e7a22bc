import { setTimeout as pause } from 'node:timers/promises';
import type { Session } from '../../postgres/session.js';
import type { Manifest } from '../../project/manifest.js';
import type { Catalog } from '../../schema/catalog.js';
import { lineageBefore, LineageNames, type LineageAhead, type NodeLineage } from '../artifacts/lineage.js';
import { isGood, type NodeResult } from '../report/node-result.js';
import type { Relation } from '../relation.js';
import type { Reporter } from '../report/run-event.js';
import { prepareViewsAhead, type ViewChange } from '../views/prepare-views.js';
import { placeKey, readColumns } from '../views/read-columns.js';
import { artifactChanges, type ArtifactChanges } from './artifact-changes.js';
import { readArtifacts, type Artifacts } from './artifacts.js';
import type { Generation } from './generation.js';

export interface AheadOptions {
  readonly manifest: Manifest;
  /** thau's own schema, quoted. */
  readonly state: string;
  readonly runId: number;
  readonly current: Generation;
  readonly candidates: () => ReadonlyMap<string, Relation>;
  /** Lends a session of the run. */
  readonly use: <T>(work: (session: Session) => Promise<T>) => Promise<T>;
  /** The artifacts that the plan alone decides. */
  readonly planned: (before: Artifacts) => Artifacts;
  /** The fingerprint of a node, once it is known. */
  readonly print: (nodeId: string) => string | undefined;
  /** Expected seconds of each node that is to be built or tested. */
  readonly seconds: ReadonlyMap<string, number>;
  /** A run of tests publishes nothing. */
  readonly publishes: boolean;
  /** Whether every candidate is published or none. */
  readonly allOrNothing: boolean;
}

/** What was made ready. */
export interface MadeAhead {
  /** The artifacts of the generation before. */
  readonly before: Artifacts;
  readonly planned: ArtifactChanges;
  /** Undefined where no node was built while it could be read. */
  readonly lineage: LineageAhead | undefined;
}

/**
 * Makes ready what a publish needs of each node, while others are built: its column lineage, and its stable view, so
 * that little is left to do between the last node and the flip. It works on a session of its own, beside the threads.
 * Nothing of it can be seen before the flip, and whatever fails here is left to the publish, which does it again.
 *
 * A view that may switch plans over two relations where one is read, so that views are made ready only once the run
 * is expected to end within `viewSeconds`.
 */
export class PublishAhead {
  /** Views switch to the run's candidates, and have to be brought back should it publish nothing. */
  switched = 0;
  private begun: Promise<Pick<MadeAhead, 'before' | 'planned'> | undefined> | undefined;
  private readonly lineage = new Map<string, NodeLineage | undefined>();
  private readonly columns = new Map<string, readonly string[]>();
  private names: LineageNames | undefined;
  private finishedNodes: NodeResult[] = [];
  private readonly unswitched: ViewChange[] = [];
  private left: number;
  private readonly unfinished: Map<string, number>;
  private working: Promise<void> | undefined;
  private stopped = false;
  private readonly ending = new AbortController();

  constructor(private readonly options: AheadOptions) {
    this.unfinished = new Map(options.seconds);
    this.left = [...options.seconds.values()].reduce((sum, one) => sum + one, 0);
    this.stopped = !options.publishes;
  }

  /** A reporter that lets this hear of each node as it ends. */
  hearing(reporter: Reporter): Reporter {
    return (event) => {
      reporter(event);
      if (event.type === 'node_finished') this.finished(event.result);
    };
  }

  private finished(result: NodeResult): void {
    this.left -= this.unfinished.get(result.nodeId) ?? 0;
    this.unfinished.delete(result.nodeId);
    if (!isGood(result.status) && this.options.allOrNothing) this.stopped = true;
    if (this.stopped || !this.options.candidates().has(result.nodeId)) return;
    this.finishedNodes.push(result);
    this.working ??= this.work().finally(() => (this.working = undefined));
  }

  /** Waits for what is under way; undefined where the publish has to do all. */
  async end(): Promise<MadeAhead | undefined> {
    this.stopped = true;
    this.ending.abort();
    await this.working;
    const begun = await this.begun;
    const { names, lineage: found, columns } = this;
    return begun && { ...begun, lineage: names && { names, found, columns } };
  }

  /** Begun with the first nodes done: until then nothing is to keep those from their sessions. */
  private ready(): Promise<Pick<MadeAhead, 'before' | 'planned'> | undefined> {
    return (this.begun ??= this.begin().catch(() => undefined));
  }

  private async begin(): Promise<Pick<MadeAhead, 'before' | 'planned'>> {
    const { use, state, current, planned } = this.options;
    const before = await use((session) => readArtifacts(session, state, current.number));
    return { before, planned: artifactChanges(planned(before), before, current.number) };
  }

  private async work(): Promise<void> {
    const { use } = this.options;
    try {
      const names = (this.names ??= await this.readNames());
      while ((this.finishedNodes.length > 0 || this.viewsAreDue) && !this.stopped) {
        await pause(gathering, undefined, { signal: this.ending.signal }).catch(() => undefined);
        const batch = this.finishedNodes;
        this.finishedNodes = [];
        await use((session) => this.makeReady(session, batch, names));
      }
    } catch {
      // the publish meets the fault again, and tells it
      this.stopped = true;
    }
  }

  private get viewsAreDue(): boolean {
    return this.options.allOrNothing && this.left <= viewSeconds && this.unswitched.length > 0;
  }

  private async readNames(): Promise<LineageNames> {
    const { current, manifest, use } = this.options;
    const before = (await this.ready())?.before;
    const catalog = before?.['catalog'] as Catalog | undefined;
    const names = await use((session) =>
      LineageNames.ofSources(session, manifest, lineageBefore(before ?? {})),
    );
    names.setNodes(current.nodes.values(), catalog);
    return names;
  }

  private async makeReady(
    session: Session,
    batch: readonly NodeResult[],
    names: LineageNames,
  ): Promise<void> {
    const { manifest, candidates, state, runId } = this.options;
    const built = batch.flatMap((result) => {
      const node = manifest.nodes[result.nodeId];
      const relation = candidates().get(result.nodeId);
      return node && relation ? [{ node, relation, result }] : [];
    });
    const columns = await readColumns(
      session,
      built.map(({ relation }) => relation),
    );
    for (const { node, relation } of built) {
      const found = (columns.get(placeKey(relation)) ?? []).map((column) => column.name);
      const place = { schema: node.schema, name: node.alias };
      this.columns.set(node.unique_id, found);
      names.set(node.unique_id, [place, relation], found);
      this.unswitched.push({ nodeId: node.unique_id, ...place, relation });
    }
    for (const { node, result } of built) {
      if (result.resourceType !== 'model' || result.status !== 'success' || !result.compiledCode) continue;
      const { unique_id: id } = node;
      this.lineage.set(id, names.lineageOf(id, result.compiledCode, this.options.print(id)));
    }
    if (!this.viewsAreDue || this.stopped) return;
    // a few at a time, so that what ends meanwhile is not kept waiting
    const changes = this.unswitched.splice(0, 20);
    // counted before it is known: a fault may come after some
    this.switched += changes.length;
    await prepareViewsAhead(session, changes, { state, generation: runId });
  }
}

/** Milliseconds in which nodes that end are made ready together: each batch costs a few round trips. */
const gathering = 400;

/** Expected seconds to the end of a run, within which views are made ready to switch. */
const viewSeconds = 10;
