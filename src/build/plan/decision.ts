import type { ManifestNode } from '../../project/manifest.js';
import { sampleOf } from '../publish/sampled.js';
import type { PhysicalPath } from '../versioned/choose-path.js';
import type { AskedTemplate } from './asked-template.js';
import type { Facts } from './facts.js';
import type { Fingerprint } from './fingerprint.js';
import type { InputStates } from './input-states.js';
import type { PlanOptions } from './plan.js';
import { unreadable } from './statement-names.js';
import { newBatch, periodText, reconcileReason, statedPeriod } from './time-rules.js';

export interface Decision {
  /**
   * `carry` shows the published relation further, `reuse` a candidate that a failed run left; `decide` is for the run to
   * tell, once it knows what became of what the node reads.
   */
  readonly action: 'build' | 'carry' | 'reuse' | 'decide';
  readonly because: string;
  /** Decided during the run, with what it reads as this run made it. */
  readonly settled?: true;
  /** Of an incremental model or a snapshot that is built: how. */
  readonly path?: PhysicalPath;
}

/** What is known of a node when it is decided. */
export interface Question {
  readonly options: PlanOptions;
  readonly states: InputStates;
  readonly facts: Facts;
  /** Who reads it as only a table can be read. */
  readonly reader: string | undefined;
}

/** What is known of a node that can be rendered. */
export interface RenderedQuestion extends Question {
  readonly print: Fingerprint | undefined;
  readonly called: readonly string[];
  readonly inputs: readonly string[];
  /** Of a template that asked the database. */
  readonly asked: AskedTemplate | undefined;
  /** What is decided of another node; undefined: the run leaves it as it is. */
  readonly decisionOf: (id: string) => Decision['action'] | undefined;
  /** Whether the run makes relations that a question for the catalog might find. */
  readonly catalogMoves: boolean;
  /** The state of its inputs as far as they are known. */
  readonly version: () => string | null;
}

const build = (because: string): Decision => ({ action: 'build', because });

/** What is decided before a node is rendered; undefined where it depends on what it is and reads. */
export function decideUnrendered(node: ManifestNode, question: Question): Decision | undefined {
  const { options, facts } = question;
  const mapped = options.current.nodes.get(node.unique_id);
  const less = sampleOf(options.flags);
  if (node.resource_type === 'snapshot' && less !== null && mapped && !mapped.sampled) {
    return { action: 'carry', because: 'keeps its history: a sample would close what it leaves out' };
  }
  if (options.force !== undefined) return build(options.force);
  if (less !== null) return build(less === 'empty' ? 'is built empty' : `is built from a sample, ${less}`);
  if (node.resource_type !== 'test') {
    if (!mapped) return build('was never built');
    if (mapped.schema !== node.schema || mapped.name !== node.alias) return build('has another name');
    if (!facts.present.has(node.unique_id)) return build('its relation is gone');
    if (mapped.sampled) return build(`holds less than all (${mapped.sampled})`);
    if (mapped.relation.store && question.reader !== undefined) {
      return build(`${question.reader} reads it as only a table can be read`);
    }
    if (mapped.staleSince) return build('was left behind by a run with a selection');
    if (facts.age(mapped) < 0) return build('was built in the future: the clock was set back');
  }
  const batch = newBatch(node, options.coveredUntil, options.now ?? new Date());
  if (batch !== undefined) return build(batch);
  if (options.renderer.materialization?.(node.config.materialized, node.config)) {
    return build('has a materialization of its own');
  }
  return undefined;
}

/** A node is carried forward when it is what it was, over data that is what it was. */
export function decideRendered(node: ManifestNode, question: RenderedQuestion): Decision {
  const { options, states, facts, print, inputs, asked } = question;
  const isTest = node.resource_type === 'test';
  const mapped = options.current.nodes.get(node.unique_id);
  if (mapped && !isTest) {
    const after = options.reconcileAfter ?? 86_400_000;
    const due = reconcileReason({ states, inputs, age: facts.age(mapped), after });
    if (due !== undefined) return build(due);
  }
  if (print?.hash === undefined) return build(print?.because ?? 'cannot be rendered yet');
  const period = mapped && statedPeriod(node);
  const isGood = mapped !== undefined && period !== undefined && !isTest && facts.age(mapped) <= period;
  if (print.because && !isGood) return build(print.because + aged(period));
  const nameOf = (id: string): string => options.manifest.nodes[id]?.name ?? id;
  const is = (...actions: readonly Decision['action'][]) => {
    return (id: string) => actions.includes(question.decisionOf(id) ?? 'carry');
  };
  const rebuilt = inputs.find(is('build'));
  const moving = [...(asked?.about ?? [])].filter((id) => id !== node.unique_id).find(is('build', 'decide'));
  if (moving !== undefined && rebuilt === undefined) {
    return { action: 'decide', because: `asks the database about ${nameOf(moving)}, which may change` };
  }
  if (asked?.catalog && question.catalogMoves && rebuilt === undefined) {
    return { action: 'decide', because: 'asks the database which relations there are' };
  }
  if (!isTest && mapped?.fingerprint !== print.hash) {
    if (mapped?.fingerprint === null) return build('nothing is known of its last build');
    return build(
      asked ? 'its SQL, its config or what it asked the database changed' : 'its SQL or config changed',
    );
  }
  if (question.called.includes(unreadable)) return build('its SQL cannot be read before it runs');
  const moment = question.called.find((name) => states.volatile.has(name));
  if (moment !== undefined && !isGood) {
    return build(`calls ${moment.replace(',', '')}(), which may answer differently${aged(period)}`);
  }
  const catalog = inputs.find((id) => states.isCatalog(id));
  if (catalog !== undefined && !isGood) {
    return build(`reads ${states.nameOf(catalog)}, which changes unseen${aged(period)}`);
  }
  if (rebuilt !== undefined) return build(`reads ${nameOf(rebuilt)}, which is built`);
  const undecided = inputs.find(is('decide'));
  if (undecided !== undefined) {
    return { action: 'decide', because: `reads ${nameOf(undecided)}, which may be built` };
  }
  const unknown = inputs.find(
    (id) => states.isOutside(id) && !states.isCatalog(id) && states.versions.get(id) === undefined,
  );
  if (unknown !== undefined) return build(`cannot tell whether ${states.nameOf(unknown)} changed`);
  const version = question.version();
  const before = isTest ? options.passedTests[node.unique_id] : mapped?.dataVersion;
  const now = isTest ? testVersion(print.hash, version) : version;
  if (version === null || before !== now) {
    if (isTest && before === undefined) return build('did not pass in this generation');
    return build(changedInput(question, before, version));
  }
  const same = moment === undefined && catalog === undefined && print.because === undefined;
  return {
    action: 'carry',
    because: same
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

/** Names the first input whose state differs. */
function changedInput(
  { options: { manifest }, states }: RenderedQuestion,
  before: string | null | undefined,
  now: string | null,
): string {
  const parse = (text: string | null | undefined): Record<string, string> => {
    const json = /\{.*\}$/.exec(text ?? '')?.[0];
    return json === undefined ? {} : (JSON.parse(json) as Record<string, string>);
  };
  if (before === null || before === undefined) return 'it is not known what it read';
  const old = parse(before);
  const changed = Object.entries(parse(now)).find(([id, version]) => old[id] !== version)?.[0];
  if (changed === undefined) return 'what it reads changed';
  if (states.isOutside(changed)) return `${states.nameOf(changed)} changed`;
  return changed.startsWith('function ')
    ? `${changed.slice(9)}() changed`
    : `reads ${manifest.nodes[changed]?.name ?? changed}, which was built`;
}
