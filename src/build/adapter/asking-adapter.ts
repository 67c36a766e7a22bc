import type { DatabaseAdapter, QueryAnswer } from '../../project/context/database-adapter.js';
import { onlyAsks } from '../versioned/why-not-shared.js';

/**
 * What templates may ask of the database while nothing may change yet: `wantsToWrite` tells that one tried to, and then
 * the error that ended it says no more.
 */
export function askingAdapter(inner: DatabaseAdapter): {
  readonly adapter: DatabaseAdapter;
  readonly wantsToWrite: () => boolean;
} {
  let wanted = false;
  const refuse = (): Promise<never> => {
    wanted = true;
    return Promise.reject(new Error('a template writes where it may only ask'));
  };
  const query = async (...args: Parameters<DatabaseAdapter['query']>): Promise<QueryAnswer> =>
    (await onlyAsks(args[0])) ? inner.query(...args) : refuse();
  const adapter: DatabaseAdapter = {
    query,
    commit: () => inner.commit(),
    rollback: () => inner.rollback(),
    standing: (name) => inner.standing(name),
    getRelation: (name) => inner.getRelation(name),
    listRelations: (database, schema) => inner.listRelations(database, schema),
    getColumns: (name) => inner.getColumns(name),
    schemaExists: (database, schema) => inner.schemaExists(database, schema),
    createSchema: refuse,
    dropSchema: refuse,
    dropRelation: refuse,
    truncateRelation: refuse,
    renameRelation: refuse,
    log: (...args) => inner.log(...args),
  };
  return { adapter, wantsToWrite: () => wanted };
}
