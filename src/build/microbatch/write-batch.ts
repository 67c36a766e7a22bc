import { windowCondition, type EventWindow } from '../../project/context/event-window.js';
import { contractColumns, assertContract } from '../materialisations/contract.js';
import { createDelta, runStatements } from '../materialisations/incremental.js';
import { incrementalStatements } from '../materialisations/incremental-strategy.js';
import type { CandidateInput } from '../materialisations/materialisation.js';
import { syncColumns } from '../materialisations/on-schema-change.js';
import { createTable } from '../materialisations/table.js';
import { uniqueKeyOf } from '../materialisations/unique-key.js';
import { sqlName } from '../relation.js';

export interface BatchInput extends CandidateInput {
  /** Undefined: the first batch of all, which makes the table. */
  readonly window: EventWindow | undefined;
  readonly eventTime: string;
}

/**
 * Writes one batch and answers its rows. With a `unique_key` it is merged, as dbt does on PostgreSQL; without one,
 * which dbt refuses there, the batch takes the place of what stood in its window, as dbt does elsewhere.
 */
export async function writeBatch(input: BatchInput): Promise<number> {
  const { tx, node, config, target, window } = input;
  if (window === undefined) return createTable(input);
  const delta = await createDelta(input);
  const contract = contractColumns(node);
  if (contract) await assertContract(input, contract);
  const columns = await syncColumns(tx, node, config, target, delta.columns);
  const names = { target: sqlName(target), source: delta.name, columns };
  const keyed = uniqueKeyOf(config).length > 0;
  if (!keyed) {
    await tx.query(
      `delete from ${names.target} as dbt_internal_dest\nwhere ${windowCondition(input.eventTime, window)}`,
    );
  }
  const strategy = keyed ? ('merge' as const) : ('append' as const);
  const rows = await runStatements(tx, incrementalStatements(node, config, { strategy, ...names }));
  await tx.query(`drop table ${delta.name}`);
  return rows;
}
