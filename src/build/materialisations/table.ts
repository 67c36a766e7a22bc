import { sqlName } from '../relation.js';
import { contractColumns, createContracted } from './contract.js';
import { dropCandidate } from './drop-candidate.js';
import { createIndexes } from './indexes.js';
import type { CandidateInput, Materialisation } from './materialisation.js';
import { selectBody } from './select-body.js';
import { gatherStatistics } from './statistics.js';
import { sqlHeader } from './view.js';

export const table: Materialisation = {
  async candidate(input) {
    const rows = await createTable(input);
    return { kind: 'table', rows, message: `SELECT ${rows}` };
  },
  undo: dropCandidate,
};

/**
 * The table whole, with constraints, indexes and statistics. `create table as` runs parallel plans, which
 * `insert … select` never does (https://www.postgresql.org/docs/current/when-can-parallel-query-be-used.html); a
 * contract with constraints needs the table first.
 */
export async function createTable(input: CandidateInput): Promise<number> {
  const { tx, config, sql, target } = input;
  const unlogged = config['unlogged'] === true ? 'unlogged ' : '';
  const contract = contractColumns(input.node);
  let rows: number;
  if (contract) {
    rows = await createContracted(input, contract, unlogged);
  } else {
    const { rowCount } = await tx.query(
      `${sqlHeader(config)}create ${unlogged}table ${sqlName(target)} as ${selectBody(sql)}`,
    );
    rows = rowCount;
  }
  await createIndexes(tx, target, config, input.node);
  await gatherStatistics(input, rows);
  return rows;
}
