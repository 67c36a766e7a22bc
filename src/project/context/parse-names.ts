import { HostFunction } from '../../jinja/values/host-function.js';
import { HostObject } from '../../jinja/values/host-object.js';
import { parseTemplate } from '../../jinja/parse/parse-template.js';
import { renderSync } from '../../jinja/render.js';
import { str } from '../../jinja/values/repr.js';
import type { Value } from '../../jinja/values/value.js';
import { Dict } from '../../jinja/values/dict.js';
import type { Capture } from './capture.js';
import { ParseConfig } from './config-value.js';
import { dispatchFunction } from './dispatch.js';
import { Exceptions } from './exceptions.js';
import { HostRecord } from './host-record.js';
import { LazyRecord } from './lazy-record.js';
import type { MacroTable } from './macro-table.js';
import { NodeGlobals } from './node-globals.js';
import { refArguments, sourceArguments } from './ref-arguments.js';
import type { RelationValue } from './relation-value.js';

export interface ParseSubject {
  readonly packageName: string;
  /** The node as far as it is known: `model`. */
  readonly node: object;
  readonly relation: RelationValue;
  readonly capture: Capture;
}

const nothing = (name: string, answer: Value = null): HostFunction => new HostFunction(name, () => answer);

/** What parsing never has: the database. A macro that asks gets empty answers, as in dbt. */
const silentFlags = new LazyRecord({
  FULL_REFRESH: false,
  STORE_FAILURES: false,
  WHICH: 'parse',
  EMPTY: false,
});

const emptyGraph = new LazyRecord({ nodes: {}, sources: {}, exposures: {}, metrics: {}, groups: {} }, false);

/** The names of a template while its project is parsed: nothing runs, `ref()` and its kin are noted. */
export function parseGlobals(
  macros: MacroTable,
  shared: ReadonlyMap<string, Value>,
  subject: ParseSubject,
): NodeGlobals {
  const { capture, relation } = subject;
  const ref = new HostFunction('ref', (call) => {
    capture.refs.push({ ref: refArguments(call), at: call.context.place() });
    return relation;
  });
  const source = new HostFunction('source', (call) => {
    capture.sources.push({ source: sourceArguments(call), at: call.context.place() });
    return relation;
  });
  const config = new ParseConfig((given) => capture.configs.push(given));
  const own = new Map<string, Value>([
    ['ref', ref],
    ['source', source],
    ['config', config],
    [
      'metric',
      new HostFunction('metric', (call) => {
        capture.metrics.push(call.args.map(str));
        return '';
      }),
    ],
    [
      'builtins',
      new HostRecord('builtins', {
        ref,
        source,
        config,
        ...fields(shared, ['var', 'env_var', 'log', 'print', 'return']),
      }),
    ],
    [
      'render',
      new HostFunction('render', ({ args }) =>
        renderSync(parseTemplate(str(args[0] ?? ''), { file: 'a variable' }), globals, {
          undefined: 'silent',
        }),
      ),
    ],
    ['execute', false],
    ['this', relation],
    ['model', new LazyRecord(subject.node)],
    ['graph', emptyGraph],
    ['flags', silentFlags],
    ['adapter', new ParseAdapter(() => globals)],
    ['exceptions', quietExceptions],
    ['load_result', nothing('load_result')],
    ['store_result', nothing('store_result', '')],
    ['store_raw_result', nothing('store_raw_result', '')],
    ['pre_hooks', []],
    ['post_hooks', []],
    ['sql', ''],
    ['compiled_code', ''],
    ['schemas', []],
    ['database_schemas', []],
    ['results', []],
  ]);
  const globals: NodeGlobals = new NodeGlobals(macros, subject.packageName, own, shared);
  return globals;
}

function fields(shared: ReadonlyMap<string, Value>, names: readonly string[]): Record<string, Value> {
  return Object.fromEntries(names.map((name) => [name, shared.get(name) ?? null]));
}

const quietExceptions = new Exceptions(() => undefined);

/** What each method of `adapter` answers while nothing runs; those not listed answer none. */
const answers: Readonly<Record<string, () => Value>> = {
  list_relations: () => [],
  list_relations_without_caching: () => [],
  get_columns_in_relation: () => [],
  get_missing_columns: () => [],
  get_column_schema_from_query: () => [],
  list_schemas: () => [],
  check_schema_exists: () => false,
  valid_snapshot_target: () => null,
  get_rows_different_sql: () => '',
  render_raw_columns_constraints: () => [],
  valid_incremental_strategies: () => ['append', 'delete+insert', 'merge', 'microbatch'],
  standardize_grants_dict: () => new Dict(),
  type: () => 'postgres',
  cache_added: () => '',
  cache_dropped: () => '',
  cache_renamed: () => '',
};

class ParseAdapter extends HostObject {
  readonly typeName = 'adapter';
  readonly #globals: () => NodeGlobals;

  constructor(globals: () => NodeGlobals) {
    super();
    this.#globals = globals;
  }

  override getAttribute(name: string): Value | undefined {
    if (name === 'dispatch') return dispatchFunction(this.#globals);
    if (name === 'quote')
      return new HostFunction(name, ({ args }) => `"${str(args[0] ?? '').replaceAll('"', '""')}"`);
    if (name === 'Relation' || name === 'Column') return undefined;
    return new HostFunction(name, () => answers[name]?.() ?? null);
  }
}
