import { quoteIdentifier } from '../../postgres/identifier.js';
import { sqlName, type RowStore } from '../relation.js';
import { fromColumn, toColumn } from '../versioned/version-text.js';

/**
 * Of two versions of one versioned relation, the rows that only one of them shows, each side as a select: what came
 * and went between them is written beside every row, so nothing else needs to be compared. A row that was written anew
 * as it was is in both. Undefined for what does not share its rows.
 */
export function changedVersions(
  before: RowStore | undefined,
  after: RowStore | undefined,
  columns: readonly string[],
): { readonly before: string; readonly after: string } | undefined {
  if (!before || !after || before.schema !== after.schema || before.table !== after.table) return undefined;
  const [first, last] = [Math.min(before.version, after.version), Math.max(before.version, after.version)];
  const { schema, table, superseded } = before;
  const list = columns.map(quoteIdentifier).join(', ');
  const taken = sqlName({ schema, name: superseded });
  const gone = `(select ${list} from ${taken}
    where (${fromColumn} is null or ${fromColumn} <= ${first}) and ${toColumn} > ${first} and ${toColumn} <= ${last})`;
  const came = `(select ${list} from ${sqlName({ schema, name: table })}
    where ${fromColumn} > ${first} and ${fromColumn} <= ${last}
    union all
    select ${list} from ${taken}
    where ${fromColumn} > ${first} and ${fromColumn} <= ${last} and ${toColumn} > ${last})`;
  return before.version === first ? { before: gone, after: came } : { before: came, after: gone };
}
