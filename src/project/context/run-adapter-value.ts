import { ThauError } from '../../errors/thau-error.js';
import { didYouMean } from '../../errors/suggest.js';
import { bindArguments } from '../../jinja/values/bind-arguments.js';
import type { Call, CallResult } from '../../jinja/values/call.js';
import { Dict } from '../../jinja/values/dict.js';
import { HostFunction } from '../../jinja/values/host-function.js';
import { HostObject } from '../../jinja/values/host-object.js';
import { iterate } from '../../jinja/values/iterate.js';
import { str } from '../../jinja/values/repr.js';
import { Tuple } from '../../jinja/values/tuple.js';
import { truthy } from '../../jinja/values/truthy.js';
import type { Value } from '../../jinja/values/value.js';
import { AdapterResponse } from './adapter-response.js';
import { ColumnValue } from './column-value.js';
import type { DatabaseAdapter, RelationInfo } from './database-adapter.js';
import { dispatchFunction } from './dispatch.js';
import type { NodeGlobals } from './node-globals.js';
import { RelationValue } from './relation-value.js';
import { ResultTable } from './result-table.js';
import type { RunState } from './run-state.js';
import { typeNameOf } from './type-names.js';

/** `adapter` while something runs: dbt's methods over the database. */
export class RunAdapterValue extends HostObject {
  readonly typeName = 'adapter';

  constructor(
    readonly database: DatabaseAdapter,
    readonly state: RunState,
    readonly globals: () => NodeGlobals,
  ) {
    super();
  }

  override getAttribute(name: string): Value | undefined {
    if (name === 'dispatch') return dispatchFunction(this.globals);
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
    if (method !== undefined) return new HostFunction(name, (call) => method(this, call));
    return new HostFunction(name, (call) => {
      throw new ThauError('PROJECT_CALL', `adapter.${name}() is not known`, {
        at: call.context.place(),
        notes: call.context.macroStack(),
        hint: didYouMean(name, Object.keys(methods)) ?? 'docs/dbt.md lists the methods of adapter.',
      });
    });
  }

  /** Marks the render as one that asked the database. */
  get asked(): DatabaseAdapter {
    this.state.queried = true;
    return this.database;
  }
}

type Method = (self: RunAdapterValue, call: Call) => CallResult;

function relationArgument(name: string, call: Call, parameter = 'relation', index = 0): RelationValue {
  const value = call.args[index] ?? call.kwargs.get(parameter);
  if (value instanceof RelationValue) return value;
  throw new ThauError(
    'PROJECT_CALL',
    `adapter.${name}() takes a relation, not ${value === undefined ? 'nothing' : str(value)}`,
    {
      at: call.context.place(),
      notes: call.context.macroStack(),
      hint: "Pass ref('model'), this, or api.Relation.create(…).",
    },
  );
}

function text(value: Value | undefined): string | null {
  return value === undefined || value === null ? null : str(value);
}

function relationOf(info: RelationInfo): RelationValue {
  return RelationValue.of(info, info.type);
}

/** Every method that dbt's own macros and public packages call on PostgreSQL. */
const methods: Readonly<Record<string, Method>> = {
  type: () => 'postgres',
  quote: (_, { args }) => quoted(str(args[0] ?? '')),
  quote_as_configured: (_, { args }) => quoted(str(args[0] ?? '')),
  execute: (self, call) => execute(self, call),
  add_query: (self, call) => execute(self, call),
  commit: (self) => self.asked.commit().then(() => ''),
  commit_if_has_connection: (self) => self.asked.commit().then(() => ''),
  get_relation: (self, call) => {
    const [database, schema, identifier] = bindArguments(
      'get_relation',
      call,
      ['database', 'schema', 'identifier'],
      3,
    );
    const name = { database: text(database), schema: text(schema) ?? '', identifier: text(identifier) ?? '' };
    return self.asked.getRelation(name).then((found) => found && relationOf(found));
  },
  get_columns_in_relation: (self, call) => columnsOf(self, relationArgument('get_columns_in_relation', call)),
  get_columns_in_table: (self, call) => {
    const [schema, identifier] = bindArguments('get_columns_in_table', call, [
      'schema_name',
      'table_name',
      'database',
    ]);
    return columnsOf(
      self,
      RelationValue.of({ database: null, schema: text(schema) ?? '', identifier: text(identifier) ?? '' }),
    );
  },
  list_relations: (self, call) => {
    const [database, schema] = bindArguments('list_relations', call, ['database', 'schema'], 2);
    return listRelations(self, text(database), text(schema) ?? '');
  },
  list_relations_without_caching: (self, call) => {
    const { path } = relationArgument('list_relations_without_caching', call, 'schema_relation');
    return listRelations(self, path.database, path.schema ?? '');
  },
  check_schema_exists: (self, call) => {
    const [database, schema] = bindArguments('check_schema_exists', call, ['database', 'schema'], 2);
    return self.asked.schemaExists(text(database), text(schema) ?? '');
  },
  list_schemas: (self) =>
    self.asked
      .query('select nspname from pg_catalog.pg_namespace order by nspname', { begin: false, fetch: true })
      .then(({ rows }) => rows.map(([name]) => name ?? null)),
  already_exists: (self, call) => {
    const [schema, name] = bindArguments('already_exists', call, ['schema', 'name'], 2);
    return self.asked
      .getRelation({ database: null, schema: text(schema) ?? '', identifier: text(name) ?? '' })
      .then((found) => found !== null);
  },
  create_schema: (self, call) => {
    const { path } = relationArgument('create_schema', call);
    return self.asked.createSchema(path.database, path.schema ?? '').then(() => '');
  },
  drop_schema: (self, call) => {
    const { path } = relationArgument('drop_schema', call);
    return self.asked.dropSchema(path.database, path.schema ?? '').then(() => '');
  },
  drop_relation: (self, call) =>
    self.asked.dropRelation(relationArgument('drop_relation', call).name()).then(() => ''),
  truncate_relation: (self, call) =>
    self.asked.truncateRelation(relationArgument('truncate_relation', call).name()).then(() => ''),
  rename_relation: (self, call) => {
    const from = relationArgument('rename_relation', call, 'from_relation');
    const to = relationArgument('rename_relation', call, 'to_relation', 1);
    return self.asked.renameRelation(from.name(), to.name()).then(() => '');
  },
  get_missing_columns: async (self, call) => {
    const from = await columnsOf(self, relationArgument('get_missing_columns', call, 'from_relation'));
    const to = await columnsOf(self, relationArgument('get_missing_columns', call, 'to_relation', 1));
    const known = new Set(to.map(({ column }) => column.name));
    return from.filter(({ column }) => !known.has(column.name));
  },
  expand_target_column_types: expandColumnTypes,
  get_column_schema_from_query: async (self, call) => {
    const sql = str(call.args[0] ?? call.kwargs.get('sql') ?? '');
    const answer = await self.asked.query(`select * from (\n${sql}\n) as __dbt_sbq where false limit 0`, {
      begin: false,
      fetch: true,
    });
    return answer.columns.map(
      ({ name, typeOid }) =>
        new ColumnValue({
          name,
          dataType: typeNameOf(typeOid),
          charMaxLength: null,
          numericPrecision: null,
          numericScale: null,
        }),
    );
  },
  verify_database: () => '',
  valid_incremental_strategies: () => ['append', 'delete+insert', 'merge', 'microbatch'],
  get_incremental_strategy_macro: (self, call) => {
    const [, strategy = null] = bindArguments(
      'get_incremental_strategy_macro',
      call,
      ['context', 'strategy'],
      2,
    );
    const name = `get_incremental_${(text(strategy) ?? 'default').replaceAll('+', '_')}_sql`;
    const found = self.globals().get(name);
    if (found !== undefined) return found;
    throw new ThauError(
      'PROJECT_UNKNOWN_MACRO',
      `the incremental strategy "${text(strategy) ?? ''}" needs a macro ${name}`,
      {
        at: call.context.place(),
        hint: 'Write the macro, or take append, delete+insert, merge or microbatch.',
      },
    );
  },
  get_hard_deletes_behavior: (_, call) => {
    const config = call.args[0] ?? null;
    const value =
      config instanceof Dict
        ? config.get('hard_deletes')
        : config instanceof HostObject
          ? config.getItem('hard_deletes')
          : null;
    return typeof value === 'string' ? value : 'ignore';
  },
  valid_snapshot_target: () => '',
  assert_valid_snapshot_target_given_strategy: () => '',
  standardize_grants_dict: (_, { args }) => grantsOf(args[0] ?? null),
  parse_index: (_, { args }) => args[0] ?? null,
  render_raw_columns_constraints: (_, call) =>
    columnConstraints(call.kwargs.get('raw_columns') ?? call.args[0] ?? null),
  render_raw_model_constraints: () => [],
  nice_connection_name: () => 'thau',
  cache_added: () => '',
  cache_dropped: () => '',
  cache_renamed: () => '',
  pre_model_hook: () => null,
  post_model_hook: () => '',
  supports: () => false,
};

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

async function execute(self: RunAdapterValue, call: Call): Promise<Value> {
  const [sql = '', begin = false, fetch = false] = bindArguments(
    'execute',
    call,
    ['sql', 'auto_begin', 'fetch', 'limit'],
    1,
  );
  const answer = await self.asked.query(str(sql), { begin: truthy(begin), fetch: truthy(fetch) });
  const table = truthy(fetch) ? ResultTable.of(answer) : new ResultTable([], []);
  return new Tuple([new AdapterResponse(answer), table]);
}

async function columnsOf(self: RunAdapterValue, relation: RelationValue): Promise<ColumnValue[]> {
  return (await self.asked.getColumns(relation.name())).map((column) => new ColumnValue(column));
}

async function listRelations(self: RunAdapterValue, database: string | null, schema: string): Promise<Value> {
  return (await self.asked.listRelations(database, schema)).map(relationOf);
}

/** Widens text columns of a table so that longer values of another fit. */
async function expandColumnTypes(self: RunAdapterValue, call: Call): Promise<Value> {
  const from = relationArgument('expand_target_column_types', call, 'from_relation');
  const to = relationArgument('expand_target_column_types', call, 'to_relation', 1);
  const wanted = new Map(
    (await columnsOf(self, from)).map((column) => [column.column.name, column] as const),
  );
  for (const column of await columnsOf(self, to)) {
    const other = wanted.get(column.column.name);
    if (other?.canExpand(column) !== true) continue;
    const sql = `alter table ${to.qualified()} alter column ${column.quoted} type ${other.dataType}`;
    await self.asked.query(sql, { begin: false, fetch: false });
  }
  return '';
}

/** The answer of "who may do what" as dbt's dict: privilege → grantees. */
function grantsOf(table: Value): Value {
  const grants = new Dict();
  if (!(table instanceof ResultTable)) return grants;
  const place = (name: string): number => table.columnNames.indexOf(name);
  for (const row of table.rows) {
    const privilege = row[place('privilege_type')] ?? null;
    const list = grants.get(privilege);
    const grantee = row[place('grantee')] ?? null;
    if (Array.isArray(list)) list.push(grantee);
    else grants.set(privilege, [grantee]);
  }
  return grants;
}

/** `id integer not null`: the columns of a contract as DDL writes them. */
function columnConstraints(columns: Value): Value[] {
  const list =
    columns instanceof Dict ? [...columns.values()] : columns === null ? [] : [...iterate(columns)];
  return list.flatMap((column) => {
    const field = (key: string): Value | undefined =>
      column instanceof Dict
        ? column.get(key)
        : column instanceof HostObject
          ? column.getItem(key)
          : undefined;
    const name = text(field('name')) ?? '';
    const shown = field('quote') === true ? quoted(name) : name;
    const constraints = field('constraints');
    const rendered = Array.isArray(constraints)
      ? constraints.map(constraintText).filter((one) => one !== '')
      : [];
    return [[shown, text(field('data_type')) ?? '', ...rendered].join(' ').trim()];
  });
}

function constraintText(constraint: Value): string {
  if (!(constraint instanceof Dict)) return '';
  const expression = text(constraint.get('expression')) ?? '';
  switch (constraint.get('type')) {
    case 'not_null':
      return 'not null';
    case 'unique':
      return 'unique';
    case 'primary_key':
      return 'primary key';
    case 'check':
      return `check (${expression})`;
    case 'foreign_key':
      return `references ${expression}`;
    case 'custom':
      return expression;
  }
  return '';
}
