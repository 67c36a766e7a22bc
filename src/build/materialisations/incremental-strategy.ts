import { quoteIdentifier } from '../../postgres/identifier.js';
import type { ManifestNode, NodeConfig } from '../../project/manifest.js';
import { configError } from './config-error.js';
import { uniqueKeyOf } from './unique-key.js';

export type Strategy = 'append' | 'delete+insert' | 'merge';

/** The strategy a node names, or dbt's choice on PostgreSQL: delete+insert with a key, append without. */
export function strategyOf(node: ManifestNode, config: NodeConfig): Strategy {
  const named = config['incremental_strategy'];
  const key = uniqueKeyOf(config);
  if (named === undefined || named === null || named === 'default') {
    return key.length > 0 ? 'delete+insert' : 'append';
  }
  if (named === 'append' || named === 'delete+insert' || named === 'merge') return named;
  throw configError(
    node,
    `there is no incremental_strategy called ${JSON.stringify(named)}`,
    'There are append, delete+insert and merge.',
  );
}

export interface StrategyInput {
  readonly strategy: Strategy;
  /** Quoted. */
  readonly target: string;
  /** Quoted: the relation with the new rows. */
  readonly source: string;
  /** The columns written, by their names. */
  readonly columns: readonly string[];
}

export interface StrategyStatement {
  readonly sql: string;
  /** Whether its rows are those the node reports. */
  readonly counts: boolean;
}

/** dbt's statements for one increment. Keys and predicates stand as they are written: they may be expressions. */
export function incrementalStatements(
  node: ManifestNode,
  config: NodeConfig,
  input: StrategyInput,
): readonly StrategyStatement[] {
  const { target, source, strategy } = input;
  const key = uniqueKeyOf(config);
  const predicates = predicatesOf(config);
  const list = input.columns.map(quoteIdentifier).join(', ');
  const insert = { sql: `insert into ${target} (${list})\nselect ${list} from ${source}`, counts: true };
  switch (strategy) {
    case 'append':
      return [insert];
    case 'delete+insert': {
      if (key.length === 0) return [insert];
      const keys = key.join(', ');
      const rest = predicates.map((predicate) => `\n  and ${predicate}`).join('');
      return [
        {
          sql:
            `delete from ${target} as dbt_internal_dest\n` +
            `where (${keys}) in (select distinct ${keys} from ${source} as dbt_internal_source)${rest}`,
          counts: false,
        },
        insert,
      ];
    }
    case 'merge':
      return [{ sql: mergeStatement(node, config, input, key, predicates), counts: true }];
  }
}

function mergeStatement(
  node: ManifestNode,
  config: NodeConfig,
  input: StrategyInput,
  key: readonly string[],
  predicates: readonly string[],
): string {
  const on = [
    ...predicates,
    ...(key.length > 0
      ? key.map((one) => `dbt_internal_source.${one} = dbt_internal_dest.${one}`)
      : ['false']),
  ];
  const list = input.columns.map(quoteIdentifier).join(', ');
  const values = input.columns.map((column) => `dbt_internal_source.${quoteIdentifier(column)}`).join(', ');
  const updated = updatedColumns(node, config, input.columns);
  const update =
    key.length > 0 && updated.length > 0
      ? `when matched then update set ${updated
          .map((column) => `${quoteIdentifier(column)} = dbt_internal_source.${quoteIdentifier(column)}`)
          .join(', ')}\n`
      : '';
  return (
    `merge into ${input.target} as dbt_internal_dest\nusing ${input.source} as dbt_internal_source\n` +
    `on (${on.join(') and (')})\n${update}when not matched then insert (${list}) values (${values})`
  );
}

function updatedColumns(
  node: ManifestNode,
  config: NodeConfig,
  columns: readonly string[],
): readonly string[] {
  const only = config['merge_update_columns'];
  const without = config['merge_exclude_columns'];
  if (Array.isArray(only) && Array.isArray(without)) {
    throw configError(
      node,
      'merge_update_columns and merge_exclude_columns are both set',
      'Keep one of the two.',
    );
  }
  if (Array.isArray(only)) {
    const wanted = new Set(only.map((name) => String(name).toLowerCase()));
    return columns.filter((column) => wanted.has(column.toLowerCase()));
  }
  if (!Array.isArray(without)) return columns;
  const excluded = new Set(without.map((name) => String(name).toLowerCase()));
  return columns.filter((column) => !excluded.has(column.toLowerCase()));
}

function predicatesOf(config: NodeConfig): readonly string[] {
  const predicates = config['incremental_predicates'] ?? config['predicates'];
  if (typeof predicates === 'string') return [predicates];
  return Array.isArray(predicates) ? predicates.map(String) : [];
}
