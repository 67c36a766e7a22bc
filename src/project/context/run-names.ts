import { ThauError } from '../../errors/thau-error.js';
import { parseTemplate } from '../../jinja/parse/parse-template.js';
import { renderAsync } from '../../jinja/render.js';
import { bindArguments } from '../../jinja/values/bind-arguments.js';
import { Dict } from '../../jinja/values/dict.js';
import type { Call, CallResult } from '../../jinja/values/call.js';
import { HostFunction } from '../../jinja/values/host-function.js';
import { str } from '../../jinja/values/repr.js';
import type { Value } from '../../jinja/values/value.js';
import type { Manifest, ManifestNode, SourceNode } from '../manifest.js';
import { isMicrobatch } from '../settings/microbatch-config.js';
import { ColumnClass } from './column-value.js';
import type { RelationName } from './database-adapter.js';
import { RunConfig } from './config-value.js';
import { commonWindow, eventTimeOf, windowCondition } from './event-window.js';
import { DateTimeValue } from './modules/date-time.js';
import { Exceptions } from './exceptions.js';
import { graphMetric } from './graph-metric.js';
import { HostRecord } from './host-record.js';
import { RunGlobals } from './run-globals.js';
import { givenRelation, overridden, OverriddenGlobals } from './unit-test-names.js';
import { LazyRecord } from './lazy-record.js';
import type { MacroTable } from './macro-table.js';
import type { NodeGlobals } from './node-globals.js';
import { toValue } from './plain.js';
import { refArguments, sourceArguments } from './ref-arguments.js';
import { RelationClass } from './relation-class.js';
import { RelationValue, type RelationType } from './relation-value.js';
import { ResultTable } from './result-table.js';
import type { RunContext } from './render-run.js';
import { RunAdapterValue } from './run-adapter-value.js';
import type { RunState } from './run-state.js';

export interface RunSubject {
  readonly packageName: string;
  /** Absent for hooks of the project and for macros run by themselves. */
  readonly node?: ManifestNode;
  readonly manifest: Manifest;
  /** What else the template sees: `sql` and hooks in a materialization, a test's arguments. */
  readonly extra?: Readonly<Record<string, Value>>;
  /** dbt's own configuration, which packages reach as `ref.config`. */
  readonly runtimeConfig?: Value;
}

/** `ref()`, which carries dbt's configuration: undocumented, and used by packages that tell about their project. */
class RefFunction extends HostFunction {
  constructor(
    readonly config: Value | undefined,
    run: (call: Call) => CallResult,
  ) {
    super('ref', run);
  }

  override getAttribute(name: string): Value | undefined {
    return name === 'config' ? this.config : undefined;
  }
}

/** The names of a template while something runs: the database answers, `ref()` gives relations. */
export function runGlobals(
  macros: MacroTable,
  shared: ReadonlyMap<string, Value>,
  subject: RunSubject,
  run: RunContext,
  state: RunState,
): NodeGlobals {
  const { node, manifest } = subject;
  const ref = new RefFunction(subject.runtimeConfig, (call) => {
    const wanted = refArguments(call);
    const candidates = parentsOf(node, manifest).filter(
      (one) =>
        one.name === wanted.name &&
        (wanted.package === null || one.package_name === wanted.package) &&
        (one.version === null ||
          one.version === undefined ||
          String(one.version) === String(wanted.version ?? one.latest_version)),
    );
    const found = candidates.find((one) => one.package_name === subject.packageName) ?? candidates[0];
    if (found === undefined)
      throw notDeclared(`ref('${wanted.name}')`, call.context.place(), call.context.macroStack());
    return relationFor(found, subject, run, state);
  });
  const source = new HostFunction('source', (call) => {
    const [name, table] = sourceArguments(call);
    const found = sourcesOf(node, manifest).find((one) => one.source_name === name && one.name === table);
    if (found === undefined)
      throw notDeclared(`source('${name}', '${table}')`, call.context.place(), call.context.macroStack());
    return relationFor(found, subject, run, state);
  });
  const config = new RunConfig(
    node?.config ?? {},
    node === undefined ? 'the project' : `${node.resource_type} "${node.name}"`,
  );
  const adapter = new RunAdapterValue(run.adapter, state, () => globals);
  const own = new Map<string, Value>([
    ['ref', ref],
    ['source', source],
    ['config', config],
    ['metric', new HostFunction('metric', ({ args }) => str(args.at(-1) ?? ''))],
    [
      'builtins',
      new HostRecord('builtins', {
        ref,
        source,
        config,
        ...pick(shared, ['var', 'env_var', 'log', 'print', 'return']),
      }),
    ],
    ['execute', true],
    ['this', thisValue(run, node?.database ?? null)],
    ...(node === undefined ? [] : [['schema', node.schema] as const]),
    ['model', node === undefined ? new Dict() : modelValue(node, run)],
    ['graph', graphValue(manifest)],
    ['flags', new LazyRecord(run.flags)],
    ['adapter', adapter],
    ['api', apiOf(shared, node, run)],
    ['exceptions', new Exceptions((message) => run.adapter.log(message, true))],
    ['invocation_id', run.invocationId],
    ['pre_hooks', toValue(node?.config.pre_hook ?? [])],
    ['post_hooks', toValue(node?.config.post_hook ?? [])],
    ...Object.entries(resultFunctions(state)),
    [
      'render',
      new HostFunction('render', ({ args }) =>
        renderAsync(
          parseTemplate(str(args[0] ?? ''), { file: node?.original_file_path ?? 'dbt_project.yml' }),
          globals,
        ),
      ),
    ],
    ['log', logFunction('log', run)],
    ['print', logFunction('print', run)],
    ...Object.entries(run.extra ?? {}).map(([name, value]) => [name, toValue(value)] as const),
    ...Object.entries(subject.extra ?? {}),
  ]);
  const { overrides } = run.unitTest ?? {};
  const globals: NodeGlobals = overrides
    ? new OverriddenGlobals(
        macros,
        subject.packageName,
        own,
        overridden(shared, overrides),
        state,
        overrides.macros,
      )
    : new RunGlobals(macros, subject.packageName, own, shared, state);
  return globals;
}

function thisValue({ unitTest, thisRelation }: RunContext, database: string | null): Value {
  if (unitTest) return unitTest.self === null ? null : RelationValue.cte(unitTest.self);
  return thisRelation === null ? null : RelationValue.of({ database, ...named(thisRelation) });
}

/** A name without its database where it has none: macros ask relations for theirs, as under dbt. */
function named({ database, ...name }: RelationName): Omit<RelationName, 'database'> & { database?: string } {
  return database === null ? name : { ...name, database };
}

/** `api` with relations that stand for names: what a macro makes of a name reads what this run built. */
function apiOf(shared: ReadonlyMap<string, Value>, node: ManifestNode | undefined, run: RunContext): Value {
  const api = shared.get('api');
  const relation = api instanceof HostRecord ? api.getAttribute('Relation') : undefined;
  const quote = relation instanceof RelationClass ? relation.quote : allQuoted;
  const standing = (name: RelationName): RelationName | null => {
    const own = node !== undefined && name.schema === node.schema && name.identifier === node.alias;
    return own ? run.thisRelation : run.adapter.standing(name);
  };
  return new HostRecord('api', { Relation: new RelationClass(quote, standing), Column: new ColumnClass() });
}

const allQuoted = { database: true, schema: true, identifier: true };

/** What a node may refer to: what it depends on; a template without a node, everything. */
function parentsOf(node: ManifestNode | undefined, manifest: Manifest): ManifestNode[] {
  if (node === undefined) return Object.values(manifest.nodes).filter(isReferable);
  return node.depends_on.nodes.flatMap((id) => {
    const parent = manifest.nodes[id];
    return parent === undefined || !isReferable(parent) ? [] : [parent];
  });
}

function isReferable({ resource_type: type }: ManifestNode): boolean {
  return type === 'model' || type === 'seed' || type === 'snapshot';
}

function sourcesOf(node: ManifestNode | undefined, manifest: Manifest): SourceNode[] {
  if (node === undefined) return Object.values(manifest.sources);
  return node.depends_on.nodes.flatMap((id) => manifest.sources[id] ?? []);
}

function relationFor(
  node: ManifestNode | SourceNode,
  subject: RunSubject,
  run: RunContext,
  state: RunState,
): RelationValue {
  if (run.unitTest) return givenRelation(node, run.unitTest);
  const condition = eventFilter(node, subject.node, run);
  if (node.resource_type !== 'source' && node.config.materialized === 'ephemeral') {
    state.ephemeral.add(node.unique_id);
    return RelationValue.cte(cteName(node)).with({ condition });
  }
  const relation = RelationValue.of(
    { database: node.database, ...named(run.relationOf(node.unique_id)) },
    node.resource_type === 'source' ? null : typeOf(node),
  );
  const limit = run.flags.EMPTY ? 0 : null;
  return limit === null && condition === null ? relation : relation.with({ limit, condition });
}

/** What a batch, or a sample, leaves of the rows of an input that has `event_time`. */
function eventFilter(
  input: ManifestNode | SourceNode,
  reader: ManifestNode | undefined,
  run: RunContext,
): string | null {
  const { SAMPLE: sample } = run.flags;
  const batch = reader && isMicrobatch(reader.config) ? run.batch : undefined;
  if (reader?.resource_type !== 'model' && reader?.resource_type !== 'snapshot') return null;
  const window = batch && sample ? commonWindow(batch, sample) : (batch ?? sample);
  const field = window === undefined ? undefined : eventTimeOf(input);
  return window === undefined || field === undefined ? null : windowCondition(field, window);
}

/** `model`; of a microbatch model with dbt's `model.batch`, which stands for nothing while no batch is rendered. */
function modelValue(node: ManifestNode, run: RunContext): LazyRecord {
  if (!isMicrobatch(node.config)) return new LazyRecord(node);
  const batch = run.batch ?? { id: '', start: new Date(0), end: new Date(0) };
  const times = {
    event_time_start: DateTimeValue.utc(batch.start),
    event_time_end: DateTimeValue.utc(batch.end),
  };
  return new LazyRecord({ ...node, batch: Dict.fromRecord({ id: batch.id, ...times }) });
}

function typeOf(node: ManifestNode): RelationType {
  const { materialized } = node.config;
  return materialized === 'view' || materialized === 'materialized_view' ? materialized : 'table';
}

/** What an ephemeral model is called in the statements that use it. */
export function cteName(node: ManifestNode): string {
  return `__dbt__cte__${node.alias}`;
}

function notDeclared(
  what: string,
  at: { file: string; line?: number; column?: number },
  stack: readonly string[],
): ThauError {
  return new ThauError('PROJECT_UNKNOWN_REF', `${what} was not seen while the project was parsed`, {
    at,
    notes: stack,
    hint: `It stands in a branch that only runs with a database. Add a line to the file: -- depends_on: {{ ${what} }}`,
  });
}

function pick(shared: ReadonlyMap<string, Value>, names: readonly string[]): Record<string, Value> {
  return Object.fromEntries(names.map((name) => [name, shared.get(name) ?? null]));
}

/** Made once per manifest: macros that walk the graph do so for every node. */
const graphs = new WeakMap<Manifest, Value>();

function graphValue(manifest: Manifest): Value {
  let graph = graphs.get(manifest);
  if (graph === undefined) {
    const { nodes, sources, exposures, metrics, groups, semantic_models, saved_queries } = manifest;
    const measured = Object.fromEntries(Object.entries(metrics).map(([id, one]) => [id, graphMetric(one)]));
    const parts = { nodes, sources, exposures, metrics: measured, groups, semantic_models, saved_queries };
    graph = Dict.fromRecord(
      Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, new LazyRecord(part, true)])),
    );
    graphs.set(manifest, graph);
  }
  return graph;
}

function resultFunctions({ results }: RunState): Record<string, Value> {
  const result = (response: Value, table: Value): Value =>
    new Dict([
      ['response', response],
      ['data', rowsOf(table)],
      ['table', table],
    ]);
  return {
    load_result: new HostFunction('load_result', (call) => {
      const [name = null] = bindArguments('load_result', call, ['name'], 1);
      return results.get(str(name)) ?? null;
    }),
    store_result: new HostFunction('store_result', (call) => {
      const [name = null, response = null, table = null] = bindArguments(
        'store_result',
        call,
        ['name', 'response', 'agate_table'],
        2,
      );
      results.set(str(name), result(response, table));
      return '';
    }),
    store_raw_result: new HostFunction('store_raw_result', (call) => {
      const [name = null, message = null, code = null, rows = null, table = null] = bindArguments(
        'store_raw_result',
        call,
        ['name', 'message', 'code', 'rows_affected', 'agate_table'],
        1,
      );
      results.set(
        str(name),
        result(
          new Dict([
            ['_message', message],
            ['code', code],
            ['rows_affected', rows],
          ]),
          table,
        ),
      );
      return '';
    }),
  };
}

function rowsOf(table: Value): Value {
  return table instanceof ResultTable ? table.rows.map((row) => [...row]) : [];
}

function logFunction(name: 'log' | 'print', run: RunContext): HostFunction {
  return new HostFunction(name, (call) => {
    const [message = '', info = false] = bindArguments(name, call, ['msg', 'info'], 1);
    run.adapter.log(str(message), name === 'print' || info === true, name === 'print');
    return '';
  });
}
