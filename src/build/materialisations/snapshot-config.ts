import type { ManifestNode, NodeConfig } from '../../project/manifest.js';
import { configError } from './config-error.js';
import { uniqueKeyOf } from './unique-key.js';

export interface SnapshotConfig {
  readonly key: readonly string[];
  readonly strategy:
    | { readonly kind: 'timestamp'; readonly updatedAt: string }
    | {
        readonly kind: 'check';
        readonly columns: readonly string[] | 'all';
        readonly updatedAt: string | null;
      };
  readonly hardDeletes: 'ignore' | 'invalidate' | 'new_record';
  /** dbt's names of the columns it adds, or the project's own. */
  readonly names: {
    readonly scdId: string;
    readonly updatedAt: string;
    readonly validFrom: string;
    readonly validTo: string;
    readonly isDeleted: string;
  };
  /** SQL of what stands in `dbt_valid_to` of a current row; null unless set. */
  readonly validToCurrent: string | null;
}

/** Reads a snapshot's config; BUILD_CONFIG names what is missing. */
export function snapshotConfig(node: ManifestNode, config: NodeConfig): SnapshotConfig {
  const key = uniqueKeyOf(config);
  const example = "Write config(strategy='timestamp', unique_key='id', updated_at='updated_at').";
  if (key.length === 0) throw configError(node, 'a snapshot needs a unique_key', example);
  const names = (config['snapshot_meta_column_names'] ?? {}) as Record<string, unknown>;
  const name = (column: string): string => {
    const given = names[column];
    return typeof given === 'string' ? given : column;
  };
  const current = config['dbt_valid_to_current'];
  return {
    key,
    strategy: strategyOf(node, config, example),
    hardDeletes: hardDeletesOf(node, config),
    names: {
      scdId: name('dbt_scd_id'),
      updatedAt: name('dbt_updated_at'),
      validFrom: name('dbt_valid_from'),
      validTo: name('dbt_valid_to'),
      isDeleted: name('dbt_is_deleted'),
    },
    validToCurrent: typeof current === 'string' ? current : null,
  };
}

function strategyOf(node: ManifestNode, config: NodeConfig, example: string): SnapshotConfig['strategy'] {
  const updatedAt = typeof config['updated_at'] === 'string' ? config['updated_at'] : null;
  const { strategy } = config;
  if (strategy === 'timestamp') {
    if (updatedAt === null) throw configError(node, 'the strategy timestamp needs updated_at', example);
    return { kind: 'timestamp', updatedAt };
  }
  if (strategy === 'check') {
    const columns = config['check_cols'];
    if (columns === 'all') return { kind: 'check', columns, updatedAt };
    const list = typeof columns === 'string' ? [columns] : columns;
    if (!Array.isArray(list) || list.length === 0) {
      throw configError(
        node,
        'the strategy check needs check_cols',
        "Write check_cols='all' or check_cols=['a', 'b'].",
      );
    }
    return { kind: 'check', columns: list.map(String), updatedAt };
  }
  throw configError(
    node,
    `there is no snapshot strategy ${JSON.stringify(strategy)}`,
    'It is timestamp or check.',
  );
}

function hardDeletesOf(node: ManifestNode, config: NodeConfig): SnapshotConfig['hardDeletes'] {
  const how = config['hard_deletes'];
  if (how === undefined || how === null)
    return config['invalidate_hard_deletes'] === true ? 'invalidate' : 'ignore';
  if (how === 'ignore' || how === 'invalidate' || how === 'new_record') return how;
  throw configError(
    node,
    `hard_deletes is ${JSON.stringify(how)}`,
    'It is ignore, invalidate or new_record.',
  );
}
