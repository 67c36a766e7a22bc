import { sqlName } from '../relation.js';
import { dropCandidate } from './drop-candidate.js';
import { selectBody } from './select-body.js';
import type { Materialisation } from './materialisation.js';

export const view: Materialisation = {
  async candidate({ tx, sql, target, config }) {
    await tx.query(`${sqlHeader(config)}create view ${sqlName(target)} as ${selectBody(sql)}`);
    return { kind: 'view', rows: null, message: 'CREATE VIEW' };
  },
  undo: dropCandidate,
};

export const materializedView: Materialisation = {
  async candidate({ tx, sql, target, config }) {
    const { rowCount } = await tx.query(
      `${sqlHeader(config)}create materialized view ${sqlName(target)} as ${selectBody(sql)}`,
    );
    return { kind: 'materialized view', rows: rowCount, message: 'CREATE MATERIALIZED VIEW' };
  },
  undo: dropCandidate,
};

/** dbt's `sql_header`: statements before the one that makes the relation. */
export function sqlHeader(config: Readonly<Record<string, unknown>>): string {
  const header = config['sql_header'];
  return typeof header === 'string' && header.trim() !== '' ? `${header}\n` : '';
}
