import type { Session } from '../../postgres/session.js';
import { sqlName } from '../relation.js';
import { cloneRelation } from './clone-relation.js';
import { contractColumns, assertContract } from './contract.js';
import { dropCandidate } from './drop-candidate.js';
import { incrementalStatements, strategyOf } from './incremental-strategy.js';
import { createIndexes } from './indexes.js';
import { isIncremental } from './is-incremental.js';
import type { CandidateInput, Materialisation } from './materialisation.js';
import { syncColumns } from './on-schema-change.js';
import { selectBody } from './select-body.js';
import { createTable } from './table.js';
import { sqlHeader } from './view.js';

/**
 * dbt's incremental, by the path *Clone*: the current table is copied and dbt's strategy runs on the copy word for
 * word, so that readers keep what they have until the publish. The first build and a full refresh make a table.
 */
export const incremental: Materialisation = {
  async candidate(input) {
    const { tx, config, current, target, node } = input;
    if (!current || !isIncremental(config, current, input.fullRefresh)) {
      const rows = await createTable(input);
      return { kind: 'table', rows, message: `SELECT ${rows}` };
    }
    const strategy = strategyOf(node, config);
    const delta = await createDelta(input);
    await cloneRelation(tx, current, target, config['unlogged'] === true);
    const contract = contractColumns(node);
    if (contract) await assertContract(input, contract);
    const columns = await syncColumns(tx, node, config, target, delta.columns);
    let rows = 0;
    for (const statement of incrementalStatements(node, config, {
      strategy,
      target: sqlName(target),
      source: delta.name,
      columns,
    })) {
      const answer = await tx.query(statement.sql);
      if (statement.counts) rows += answer.rowCount;
    }
    await tx.query(`drop table ${delta.name}`);
    await createIndexes(tx, target, config, node);
    await tx.query(`analyze ${sqlName(target)}`);
    return { kind: 'table', rows, message: `${strategy === 'merge' ? 'MERGE' : 'INSERT 0'} ${rows}` };
  },
  undo: dropCandidate,
};

export interface Delta {
  /** Quoted, for SQL. */
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** What the model's SQL answers now, as a temporary table: strategies read it more than once. */
export async function createDelta(input: CandidateInput): Promise<Delta> {
  const { tx, config, sql } = input;
  const name = 'pg_temp.thau_delta';
  await tx.query(
    `drop table if exists ${name}; ${sqlHeader(config)}create temporary table thau_delta as ${selectBody(sql)}`,
  );
  await tx.query(`analyze ${name}`);
  return { name, columns: await temporaryColumns(tx) };
}

async function temporaryColumns(tx: Session): Promise<Delta['columns']> {
  const { rows } = await tx.query<{ name: string; type: string }>(
    `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = 'pg_temp.thau_delta'::regclass and attnum > 0 and not attisdropped order by attnum`,
  );
  return rows;
}
