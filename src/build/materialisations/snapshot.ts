import { quoteIdentifier } from '../../postgres/identifier.js';
import type { ManifestNode, NodeConfig } from '../../project/manifest.js';
import { holdsRows, sqlName, type Relation } from '../relation.js';
import { closeGrowingTable, openGrowingTable, type GrowingTable } from '../versioned/growing-table.js';
import { placeKey, readColumns } from '../views/read-columns.js';
import { dropCandidate } from './drop-candidate.js';
import { expandColumns, widenings } from './expand-columns.js';
import type { CandidateInput, Materialisation } from './materialisation.js';
import { selectBody } from './select-body.js';
import { snapshotConfig, type SnapshotConfig } from './snapshot-config.js';

/**
 * dbt's snapshot: one row for each state a record was seen in, with the time from and to which it held. The published
 * history goes on in a copy (*Clone*), or in a table that keeps the earlier version beside it (*Versioned*).
 */
export const snapshot: Materialisation = {
  async candidate(input) {
    const { tx, node, config, current, target } = input;
    const settings = snapshotConfig(node, config);
    await tx.query('drop table if exists pg_temp.thau_now');
    await tx.query(
      `create temporary table thau_now as select *, ${updatedAt(settings)} as thau_updated_at
       from ${selectBody(input.sql)} as snapshot_source`,
    );
    await tx.query('analyze pg_temp.thau_now');
    const made = await sourceColumns(input);
    const done =
      current && holdsRows(current)
        ? await goOn(input, current, settings, made)
        : { table: { place: target }, rows: await begin(input, settings, made) };
    await tx.query('drop table pg_temp.thau_now');
    return closeGrowingTable(input, done.table, done.rows, `INSERT 0 ${done.rows}`);
  },
  undo: dropCandidate,
};

interface Column {
  readonly name: string;
  readonly type: string;
}

/** dbt's moment of the run: by the clock of the database, without a zone. */
const now = 'now()::timestamp without time zone';

function updatedAt({ strategy }: SnapshotConfig): string {
  return strategy.updatedAt ?? now;
}

async function sourceColumns({ tx }: CandidateInput): Promise<readonly Column[]> {
  const { rows } = await tx.query<Column>(
    `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = 'pg_temp.thau_now'::regclass and attnum > 0 and not attisdropped
       and attname <> 'thau_updated_at' order by attnum`,
  );
  return rows;
}

/** The columns dbt adds, for a record that holds from now on. */
function addedColumns(settings: SnapshotConfig, row: string): readonly (readonly [string, string])[] {
  const { names, key } = settings;
  const at = `${row}.thau_updated_at`;
  const parts = [
    ...key.map((one) => `coalesce((${row}.${one})::varchar, '')`),
    `coalesce(${at}::varchar, '')`,
  ];
  return [
    [names.scdId, `md5(${parts.join(` || '|' || `)})`],
    [names.updatedAt, at],
    [names.validFrom, at],
    [names.validTo, openEnd(settings, at)],
    ...(settings.hardDeletes === 'new_record' ? [[names.isDeleted, `'False'::text`] as const] : []),
  ];
}

/** A select with the columns of a new history of `sql`, for who asks for their types. */
export function historyColumns(node: ManifestNode, config: NodeConfig, sql: string): string {
  const settings = snapshotConfig(node, config);
  const added = addedColumns(settings, 't').map(([name, value]) => `${value} as ${quoteIdentifier(name)}`);
  return `select s.*, a.* from ${selectBody(sql)} as s
cross join lateral (select ${added.join(', ')} from (select s.*, ${updatedAt(settings)} as thau_updated_at) as t) as a`;
}

/** What stands in `dbt_valid_to` of a record that holds, in the type of its other moments. */
function openEnd({ validToCurrent }: SnapshotConfig, at: string): string {
  return validToCurrent === null
    ? `nullif(${at}, ${at})`
    : `coalesce(nullif(${at}, ${at}), ${validToCurrent})`;
}

async function begin(
  input: CandidateInput,
  settings: SnapshotConfig,
  made: readonly Column[],
): Promise<number> {
  const columns = [
    ...made.map(({ name }) => `s.${quoteIdentifier(name)}`),
    ...addedColumns(settings, 's').map(([name, sql]) => `${sql} as ${quoteIdentifier(name)}`),
  ];
  const { rowCount } = await input.tx.query(
    `create table ${sqlName(input.target)} as select ${columns.join(', ')} from pg_temp.thau_now as s`,
  );
  return rowCount;
}

async function goOn(
  input: CandidateInput,
  current: Relation,
  settings: SnapshotConfig,
  made: readonly Column[],
): Promise<{ readonly table: GrowingTable; readonly rows: number }> {
  const { tx } = input;
  const { names, key } = settings;
  const present = (await readColumns(tx, [current])).get(placeKey(current)) ?? [];
  const known = new Set(present.map((one) => one.name));
  const extra = settings.hardDeletes === 'new_record' ? [{ name: names.isDeleted, type: 'text' }] : [];
  const added = [...made, ...extra].filter((column) => !known.has(column.name));
  // how many records changed is known only once the table is at hand
  const alters = added.length > 0 || widenings(present, made).size > 0;
  const opened = await openGrowingTable(input, current, { rows: 0, alters });
  if (!opened.shared) await expandColumns(tx, opened.place, made);
  const table = sqlName(opened.place);
  if (added.length > 0) {
    const list = added.map(({ name, type }) => `add column ${quoteIdentifier(name)} ${type}`);
    await tx.query(`alter table ${table} ${list.join(', ')}`);
  }
  const validTo = `t.${quoteIdentifier(names.validTo)}`;
  const isCurrent =
    settings.validToCurrent === null
      ? `${validTo} is null`
      : `(${validTo} is null or ${validTo} = (${settings.validToCurrent}))`;
  const sameKey = key.map((one) => `s.${one} = t.${one}`).join(' and ');
  const deletedBefore =
    settings.hardDeletes === 'new_record'
      ? `coalesce(t.${quoteIdentifier(names.isDeleted)}, 'False') = 'True'`
      : 'false';
  const differs = changed(settings, made, known);
  // decided once, before anything is written
  await tx.query('drop table if exists pg_temp.thau_changes');
  await tx.query(
    `create temporary table thau_changes as
     select s.ctid as new_row, t.ctid as old_row, s.thau_updated_at as at
     from pg_temp.thau_now as s left join ${table} as t on ${sameKey} and ${isCurrent}
     where t.ctid is null or ${deletedBefore} or ${differs}`,
  );
  if (settings.hardDeletes !== 'ignore') {
    await tx.query(
      `insert into pg_temp.thau_changes select null::tid, t.ctid, ${now}
       from ${table} as t
       where ${isCurrent} and not ${deletedBefore}
         and not exists (select from pg_temp.thau_now as s where ${sameKey})`,
    );
  }
  const inserted = [...made.map(({ name }) => quoteIdentifier(name))];
  const addedNow = addedColumns(settings, 's');
  const list = [...inserted, ...addedNow.map(([name]) => quoteIdentifier(name))].join(', ');
  const fresh = `select ${[...made.map(({ name }) => `s.${quoteIdentifier(name)}`), ...addedNow.map(([, sql]) => sql)].join(', ')}
     from pg_temp.thau_changes as c join pg_temp.thau_now as s on s.ctid = c.new_row`;
  let rows = 0;
  if (settings.hardDeletes === 'new_record') {
    const gone = [
      ...made.map(({ name, type }) => (known.has(name) ? `t.${quoteIdentifier(name)}` : `null::${type}`)),
      `md5(${[...key.map((one) => `coalesce((t.${one})::varchar, '')`), "coalesce(c.at::varchar, '')"].join(` || '|' || `)})`,
      'c.at',
      'c.at',
      openEnd(settings, 'c.at'),
      `'True'::text`,
    ];
    await tx.query('drop table if exists pg_temp.thau_gone');
    await tx.query(
      `create temporary table thau_gone as select ${gone.map((sql, index) => `${sql} as c${index}`).join(', ')}
       from pg_temp.thau_changes as c join ${table} as t on t.ctid = c.old_row where c.new_row is null`,
    );
  }
  await tx.query(
    `update ${table} as t set ${quoteIdentifier(names.validTo)} = c.at
     from pg_temp.thau_changes as c where t.ctid = c.old_row`,
  );
  rows += (await tx.query(`insert into ${table} (${list}) ${fresh}`)).rowCount;
  if (settings.hardDeletes === 'new_record') {
    rows += (await tx.query(`insert into ${table} (${list}) select * from pg_temp.thau_gone`)).rowCount;
    await tx.query('drop table pg_temp.thau_gone');
  }
  await tx.query('drop table pg_temp.thau_changes');
  return { table: opened, rows };
}

/** Whether the record `s` is another state than the one in `t`. */
function changed(settings: SnapshotConfig, made: readonly Column[], known: ReadonlySet<string>): string {
  const { strategy, names } = settings;
  if (strategy.kind === 'timestamp') return `t.${quoteIdentifier(names.validFrom)} < s.thau_updated_at`;
  const columns = strategy.columns === 'all' ? made.map((column) => column.name) : strategy.columns;
  // a column that the history lacks is a change of every record
  if (columns.some((column) => !known.has(column))) return 'true';
  return columns
    .map((column) => `s.${quoteIdentifier(column)} is distinct from t.${quoteIdentifier(column)}`)
    .join(' or ');
}
