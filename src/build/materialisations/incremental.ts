import type { QueryAnswer } from '../../project/context/database-adapter.js';
import { quoteIdentifier } from '../../postgres/identifier.js';
import type { Session } from '../../postgres/session.js';
import { analyzeRoughly } from '../../postgres/with-setting.js';
import { sqlName } from '../relation.js';
import { withCheapLookups } from '../versioned/cheap-lookups.js';
import { closeGrowingTable, openGrowingTable, versionedFromNowOn } from '../versioned/growing-table.js';
import { placeKey, readColumns } from '../views/read-columns.js';
import { contractColumns, assertContract } from './contract.js';
import { dropCandidate } from './drop-candidate.js';
import { incrementalStatements, strategyOf, type StrategyStatement } from './incremental-strategy.js';
import { isIncremental } from './is-incremental.js';
import type { CandidateInput, Materialisation } from './materialisation.js';
import { widenings } from './expand-columns.js';
import { planColumns, syncColumns } from './on-schema-change.js';
import { selectBody } from './select-body.js';
import { deltaName } from './own-strategy.js';
import { createTable } from './table.js';
import { uniqueKeyOf } from './unique-key.js';
import { sqlHeader } from './view.js';

/**
 * dbt's incremental: its strategy, or the project's own, runs word for word on a copy of the current table (*Clone*), or on a table that keeps
 * the earlier version beside it (*Versioned*), so that readers keep what they have until the publish. The first build
 * and a full refresh make a table.
 */
export const incremental: Materialisation = {
  async candidate(input) {
    const { tx, config, current, target, node } = input;
    if (!current || !isIncremental(config, current, input.fullRefresh)) {
      const rows = await createTable(input);
      return versionedFromNowOn(input, { kind: 'table', rows, message: `SELECT ${rows}` });
    }
    const { strategy: own } = input;
    const strategy = own ? undefined : strategyOf(node, config);
    const delta = await createDelta(input);
    const present =
      input.versions?.ready?.columns ?? (await readColumns(tx, [current])).get(placeKey(current)) ?? [];
    const wider = widenings(present, delta.columns);
    const roomy = present.map((column) => ({ ...column, type: wider.get(column.name) ?? column.type }));
    const planned = planColumns(node, config, roomy, delta.columns);
    const alters = planned.alterations.length > 0 || wider.size > 0;
    const table = await openGrowingTable(input, current, {
      rows: delta.rows,
      alters,
      ...(own && { whyNotShared: (place) => own.whyNotShared(place, planned.columns) }),
    });
    const contract = contractColumns(node);
    if (contract) await assertContract(input, contract);
    const columns = table.shared
      ? planned.columns
      : await syncColumns(tx, node, config, target, delta.columns);
    const write = async (): Promise<Written> => {
      if (!strategy) return writtenBy(await own?.write(table.place, columns));
      const places = { target: sqlName(table.place), source: delta.name };
      const statements = incrementalStatements(node, config, { strategy, ...places, columns });
      const rows = await runStatements(tx, statements);
      return { rows, tag: `${strategy === 'merge' ? 'MERGE' : 'INSERT 0'} ${rows}` };
    };
    const { rows, tag } = table.shared ? await withCheapLookups(tx, write) : await write();
    tx.later(`drop table ${delta.name}`);
    return closeGrowingTable(input, table, rows, tag);
  },
  undo: dropCandidate,
};

interface Written {
  readonly rows: number;
  readonly tag: string;
}

/** Of a strategy that the project wrote, the last statement is what dbt shows. */
function writtenBy(answer: QueryAnswer | undefined): Written {
  const { command = '', rowsAffected } = answer ?? {};
  const rows = rowsAffected ?? 0;
  return { rows, tag: `${command === 'INSERT' ? 'INSERT 0' : command} ${rows}` };
}

export interface Delta {
  /** Quoted, for SQL. */
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: number;
}

/** The rows that they report. */
export async function runStatements(tx: Session, statements: readonly StrategyStatement[]): Promise<number> {
  let rows = 0;
  for (const { sql, counts } of statements) {
    if (counts) rows += (await tx.joined(sql)).rowCount;
    else tx.later(sql);
  }
  return rows;
}

/** What the model's SQL answers now, as a temporary table: strategies read it more than once. */
export async function createDelta(input: CandidateInput): Promise<Delta> {
  const { tx, config, sql } = input;
  const name = `pg_temp.${deltaName}`;
  tx.later(`drop table if exists ${name}`);
  const { rowCount } = await tx.query(
    `${sqlHeader(config)}create temporary table ${deltaName} as ${selectBody(sql)}`,
  );
  const columns = await temporaryColumns(tx);
  const keys = uniqueKeyOf(config);
  // without a key its rows are inserted, and nothing is looked up by them
  if (keys.length > 0 || input.strategy) await analyzeRoughly(tx, name, keyColumns(keys, columns));
  return { name, columns, rows: rowCount };
}

/** What a strategy looks rows up by; nothing where the key is not a list of columns, and all may matter. */
function keyColumns(keys: readonly string[], columns: Delta['columns']): readonly string[] {
  const names = new Set(columns.map((column) => column.name));
  return keys.every((key) => names.has(key)) ? [...new Set(keys)].map(quoteIdentifier) : [];
}

async function temporaryColumns(tx: Session): Promise<Delta['columns']> {
  const { rows } = await tx.joined<{ name: string; type: string }>(
    `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = 'pg_temp.${deltaName}'::regclass and attnum > 0 and not attisdropped order by attnum`,
  );
  return rows;
}
