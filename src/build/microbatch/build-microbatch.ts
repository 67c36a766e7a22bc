import type { RelationName } from '../../project/context/database-adapter.js';
import type { EventWindow } from '../../project/context/event-window.js';
import type { Hook, ManifestNode } from '../../project/manifest.js';
import { microbatchConfig, type MicrobatchConfig } from '../../project/settings/microbatch-config.js';
import type { Session } from '../../postgres/session.js';
import { configError } from '../materialisations/config-error.js';
import { cloneRelation } from '../materialisations/clone-relation.js';
import { createIndexes } from '../materialisations/indexes.js';
import { isIncremental } from '../materialisations/is-incremental.js';
import { uniqueKeyOf } from '../materialisations/unique-key.js';
import { sqlName } from '../relation.js';
import { register, runHooks, type BuiltNode } from '../run/build-node.js';
import { nodeFailure } from '../run/node-failure.js';
import { applyDocs, applyGrants } from '../run/relation-extras.js';
import type { RunScope } from '../run/run-scope.js';
import type { RunSessions } from '../run/run-sessions.js';
import { withComment } from '../run/with-comment.js';
import { windowOf, windowText, type BatchReport } from './batch-report.js';
import { batchId, batchName } from './batch-time.js';
import { chooseBatches, coverage, type BatchQuestion } from './choose-batches.js';
import { writeBatch } from './write-batch.js';

export interface MicrobatchWork {
  readonly session: Session;
  /** For batches beside the first. */
  readonly sessions: RunSessions;
  readonly scope: RunScope;
  readonly node: ManifestNode;
  readonly signal: AbortSignal;
}

/**
 * A model by `incremental_strategy: microbatch`: the published table is copied once, and each batch is one
 * transaction on the copy. A batch that fails leaves the others; `thau retry` builds those that are missing. The
 * first batch goes alone, since it may make the table or its columns.
 */
export async function buildMicrobatch(work: MicrobatchWork): Promise<BuiltNode> {
  const { node } = work;
  const config = microbatchConfig(node.config);
  if ('what' in config) throw configError(node, config.what, config.hint);
  try {
    return await new MicrobatchBuild(work, config).build();
  } catch (error) {
    throw nodeFailure(error, node);
  }
}

class MicrobatchBuild {
  private readonly built: EventWindow[] = [];
  private readonly failed: EventWindow[] = [];
  private readonly question: BatchQuestion;
  private readonly place: { readonly schema: string; readonly name: string };
  private exists: boolean;
  private rows = 0;
  private compiledCode = '';
  private fault: unknown;

  constructor(
    private readonly work: MicrobatchWork,
    private readonly config: MicrobatchConfig,
  ) {
    const { scope, node } = work;
    const left = scope.batches.unfinished.get(node.unique_id);
    this.place = left?.relation ?? scope.candidatePlace(node);
    this.exists = left !== undefined;
    const now = left?.now ?? scope.options.startedAt;
    const asked = scope.options.flags.SAMPLE ?? scope.options.eventTime;
    const coveredUntil = scope.batches.coveredUntil.get(node.unique_id);
    const incremental = isIncremental(node.config, scope.previousRelation(node.unique_id), scope.fullRefresh);
    this.question = { config, incremental, asked, now, coveredUntil };
  }

  async build(): Promise<BuiltNode> {
    const { scope, node } = this.work;
    const left = scope.batches.unfinished.get(node.unique_id);
    const windows = left ? left.batches.failed.map(windowOf) : chooseBatches(this.question);
    if (left) this.built.push(...left.batches.successful.map(windowOf));
    const { pre_hook: before, post_hook: after } = node.config;
    await this.hooks(this.work.session, before, false);
    if (this.question.incremental && !this.exists) await this.copyPublished(before);
    else if (this.exists) await this.work.session.transaction((tx) => this.hooks(tx, before, true));
    await this.buildAll(windows);
    if (this.fault === undefined) {
      await this.finish(after);
      await this.hooks(this.work.session, after, false);
    }
    return {
      candidate: { kind: 'table', rows: this.rows, message: this.message() },
      compiledCode: this.compiledCode,
      batches: this.report(),
      ...(this.fault !== undefined && { fault: nodeFailure(this.fault, node) }),
    };
  }

  private async copyPublished(before: readonly Hook[]): Promise<void> {
    const { session, scope, node } = this.work;
    const published = scope.previousRelation(node.unique_id);
    if (!published) return;
    await session.transaction(async (tx) => {
      await this.hooks(tx, before, true);
      await cloneRelation(tx, published, this.place, node.config['unlogged'] === true);
      await createIndexes(tx, this.place, node.config, node);
      register(tx, scope, node, this.place, { kind: 'table', rows: null, message: '' });
    });
    this.exists = true;
  }

  private async buildAll(windows: readonly EventWindow[]): Promise<void> {
    const { session, sessions, scope, signal } = this.work;
    const { threads } = scope;
    let next = 0;
    const goOn = (): boolean => next < windows.length && !signal.aborted;
    const one = async (on: Session): Promise<boolean> => {
      const index = next++;
      const window = windows[index];
      return window === undefined || this.attempt(on, window, index, windows.length);
    };
    if (!(await one(session))) {
      this.failed.push(...windows.slice(1));
      return;
    }
    const helpers: Promise<unknown>[] = [];
    const help = async (on: Session): Promise<void> => {
      while (goOn() && !threads.crowded) await one(on);
    };
    while (goOn()) {
      while (this.mayRunBeside() && next + 1 < windows.length && threads.take()) {
        helpers.push(
          sessions
            .use((own) => withComment(own, scope, this.work.node, () => help(own)))
            .finally(() => threads.give()),
        );
        // the helper takes its batch at once, so that this loop sees what is left
        await Promise.resolve();
      }
      await one(session);
    }
    await Promise.all(helpers);
    const done = new Set([...this.built, ...this.failed].map((window) => window.start.getTime()));
    this.failed.push(...windows.filter((window) => !done.has(window.start.getTime())));
    if (signal.aborted) this.fault ??= signal.reason;
  }

  /**
   * Batches that replace their own window touch no row of each other. With a key a row may come again in a later
   * batch, and the later one has to win; and a model that reads `this` reads what earlier batches made.
   */
  private mayRunBeside(): boolean {
    const { node } = this.work;
    const alone = uniqueKeyOf(node.config).length > 0 || /\{[{%][^}]*\bthis\b/.test(node.raw_code);
    return this.config.concurrent ?? !alone;
  }

  /** One batch in one transaction; false when it failed. */
  private async attempt(on: Session, window: EventWindow, index: number, total: number): Promise<boolean> {
    const { scope, node } = this.work;
    const began = performance.now();
    let error: unknown;
    let rows: number | null = null;
    try {
      rows = await this.buildOne(on, window);
      this.built.push(window);
      this.rows += rows;
    } catch (thrown) {
      error = thrown;
      this.failed.push(window);
      this.fault ??= thrown;
    }
    scope.options.reporter({
      type: 'batch_finished',
      at: new Date(),
      nodeId: node.unique_id,
      name: node.name,
      batch: batchName(window, this.config.batchSize),
      status: error === undefined ? 'success' : 'error',
      index: index + 1,
      total,
      rows,
      seconds: (performance.now() - began) / 1000,
    });
    return error === undefined;
  }

  private async buildOne(on: Session, window: EventWindow): Promise<number> {
    const { scope, node } = this.work;
    const adapter = scope.adapter(on);
    const shown = this.exists ? this.candidateName() : scope.thisInModel(node);
    const batch = { ...window, id: batchId(window, this.config.batchSize) };
    const context = { ...scope.context(adapter, shown), batch };
    const compiled = await scope.options.renderer.compile(node, context);
    await adapter.commit();
    this.compiledCode = compiled.compiledCode;
    const first = !this.exists;
    const rows = await on.transaction(async (tx) => {
      if (first) await this.hooks(tx, node.config.pre_hook, true);
      const written = await writeBatch({
        tx,
        node,
        config: compiled.node.config,
        sql: compiled.compiledCode,
        target: this.place,
        current: undefined,
        fullRefresh: scope.fullRefresh,
        empty: scope.options.flags.EMPTY,
        absolutePath: '',
        window: first ? undefined : window,
        eventTime: this.config.eventTime,
      });
      if (first) register(tx, scope, node, this.place, { kind: 'table', rows: null, message: '' });
      return written;
    });
    this.exists = true;
    return rows;
  }

  private async finish(after: readonly Hook[]): Promise<void> {
    const { session, scope, node } = this.work;
    await session.transaction(async (tx) => {
      await tx.query(`analyze ${sqlName(this.place)}`);
      await applyGrants(tx, node, [this.place]);
      await applyDocs(tx, node, this.place, 'table');
      await this.hooks(tx, after, true);
    });
    scope.setCandidate(node, { ...this.place, kind: 'table' });
  }

  private async hooks(on: Session, hooks: readonly Hook[], within: boolean): Promise<void> {
    const { scope, node } = this.work;
    const adapter = scope.adapter(on);
    adapter.withinTransaction = within;
    await runHooks(on, scope, node, hooks, within, adapter, this.candidateName());
  }

  private candidateName(): RelationName {
    return { database: null, schema: this.place.schema, identifier: this.place.name };
  }

  private message(): string {
    const total = this.built.length + this.failed.length;
    if (this.failed.length === 0) return `SUCCESS (${total} ${total === 1 ? 'batch' : 'batches'})`;
    return this.built.length === 0 ? 'ERROR' : `PARTIAL SUCCESS (${this.built.length}/${total})`;
  }

  private report(): BatchReport {
    const inOrder = (windows: readonly EventWindow[]): BatchReport['failed'] =>
      [...windows].sort((a, b) => a.start.getTime() - b.start.getTime()).map(windowText);
    return {
      batchSize: this.config.batchSize,
      successful: inOrder(this.built),
      failed: inOrder(this.failed),
      coveredUntil: coverage(this.question, this.built)?.toISOString() ?? null,
    };
  }
}
