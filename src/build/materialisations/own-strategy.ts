import type { DatabaseAdapter, QueryAnswer, RelationName } from '../../project/context/database-adapter.js';
import type { ManifestNode } from '../../project/manifest.js';
import { askingAdapter } from '../adapter/asking-adapter.js';
import type { RunAdapter } from '../adapter/run-adapter.js';
import type { RunScope } from '../run/run-scope.js';
import { whyNotShared } from '../versioned/why-not-shared.js';

interface Place {
  readonly schema: string;
  readonly name: string;
}

/** An incremental strategy that the project wrote: `get_incremental_<name>_sql`. */
export interface OwnStrategy {
  /** Why its statements are not for a table whose generations share rows; undefined where they are. */
  whyNotShared(table: Place, columns: readonly string[]): Promise<string | undefined>;
  /** Writes the increment to the table; answers what its last statement did. */
  write(table: Place, columns: readonly string[]): Promise<QueryAnswer>;
}

/** The increment, a temporary table. */
export const deltaName = 'thau_delta';

/** The strategy of a node where the project has its own; undefined where thau's statements do. */
export function ownStrategy(
  scope: RunScope,
  adapter: RunAdapter,
  node: ManifestNode,
): OwnStrategy | undefined {
  const { renderer } = scope.options;
  if (!renderer.strategySql || (renderer.strategy?.(node.config) ?? []).length === 0) return undefined;
  const make = async (given: DatabaseAdapter, table: Place, columns: readonly string[]): Promise<string> => {
    const place: RelationName = { database: null, schema: table.schema, identifier: table.name };
    const made = await renderer.strategySql?.(node, scope.context(given, place), {
      arriving: deltaName,
      columns,
    });
    return made ?? '';
  };
  const over = async <T>(table: Place, work: () => Promise<T>): Promise<T> => {
    adapter.building = { node, place: table };
    try {
      return await work();
    } finally {
      adapter.building = undefined;
    }
  };
  // what was looked through is what is run
  let looked: { readonly for: string; readonly sql: string } | undefined;
  const about = (table: Place, columns: readonly string[]): string => JSON.stringify([table, columns]);
  return {
    whyNotShared: (table, columns) =>
      over(table, async () => {
        const asking = askingAdapter(adapter);
        try {
          const sql = await make(asking.adapter, table, columns);
          looked = { for: about(table, columns), sql };
          return await whyNotShared(adapter.withOwnName(sql), table);
        } catch (error) {
          if (asking.wantsToWrite()) return 'its strategy writes while its SQL is made';
          throw error;
        }
      }),
    write: (table, columns) =>
      over(table, async () => {
        const sql = looked?.for === about(table, columns) ? looked.sql : await make(adapter, table, columns);
        return adapter.query(sql, { begin: false, fetch: false });
      }),
  };
}
