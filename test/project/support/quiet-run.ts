import type { DatabaseAdapter, QueryAnswer } from '../../../src/project/context/database-adapter.js';
import type { RunContext } from '../../../src/project/context/render-run.js';
import { environment } from './project-folder.js';

const answer: QueryAnswer = {
  columns: [
    { name: 'id', typeOid: 23 },
    { name: 'name', typeOid: 25 },
    { name: 'amount', typeOid: 1700 },
    { name: 'ok', typeOid: 16 },
  ],
  rows: [
    ['1', 'An', '1.50', 't'],
    ['2', null, '3', 'f'],
  ],
  command: 'SELECT',
  rowsAffected: 2,
};

/** The queries that templates made, the oldest first. */
export const asked: string[] = [];

/** Answers every query alike: what is tested here is what templates see of an answer. */
const adapter: DatabaseAdapter = {
  query: (sql) => {
    asked.push(sql.trim());
    return Promise.resolve(answer);
  },
  commit: () => Promise.resolve(),
  rollback: () => Promise.resolve(),
  standing: () => null,
  getRelation: (name) => Promise.resolve(name.identifier === 'gone' ? null : { ...name, type: 'table' }),
  listRelations: () => Promise.resolve([]),
  getColumns: () =>
    Promise.resolve([
      { name: 'id', dataType: 'integer', charMaxLength: null, numericPrecision: 32, numericScale: 0 },
      {
        name: 'name',
        dataType: 'character varying',
        charMaxLength: 40,
        numericPrecision: null,
        numericScale: null,
      },
    ]),
  schemaExists: () => Promise.resolve(true),
  createSchema: () => Promise.resolve(),
  dropSchema: () => Promise.resolve(),
  dropRelation: () => Promise.resolve(),
  truncateRelation: () => Promise.resolve(),
  renameRelation: () => Promise.resolve(),
  log: () => undefined,
};

/** A run in which every query is answered alike. */
export function context(over: Partial<RunContext> = {}): RunContext {
  return {
    adapter,
    relationOf: (id) => ({ database: null, schema: 'main__r1', identifier: id.split('.').pop() ?? '' }),
    thisRelation: { database: null, schema: 'main', identifier: 'a' },
    flags: { FULL_REFRESH: false, STORE_FAILURES: false, WHICH: 'run', EMPTY: false },
    invocationId: environment.invocationId,
    runStartedAt: environment.startedAt,
    ...over,
  };
}
