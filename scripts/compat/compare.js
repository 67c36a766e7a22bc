import { dbtCommand } from './dbt.js';
import { thau } from './thau.js';

/** Selections whose answers are compared; dbt's own kinds, on any project. */
const selections = [
  [],
  ['--select', 'resource_type:model'],
  ['--select', 'resource_type:test'],
  ['--select', 'config.materialized:view'],
  ['--select', 'config.materialized:table'],
  ['--select', 'source:*+1'],
  ['--select', '*', '--exclude', 'resource_type:seed'],
  ['--select', 'test_type:singular'],
  ['--select', 'test_type:generic', '--exclude', 'test_name:not_null'],
  ['--select', 'path:models'],
  ['--select', '@resource_type:seed', '--indirect-selection', 'cautious'],
  ['--select', 'resource_type:seed', '--indirect-selection', 'buildable'],
  ['--select', 'resource_type:model', '--indirect-selection', 'empty'],
];

/**
 * Every table and view dbt built: columns, types and rows. A line a difference. `again` has dbt build models once more:
 * a table that differs from itself then (`now()`, `random()`) is none, and `unsettled` is told its name.
 */
export async function compareTables(mine, theirs, manifest, again, unsettled) {
  const lines = [];
  const differing = [];
  for (const node of Object.values(manifest.nodes)) {
    if (
      !['model', 'seed', 'snapshot'].includes(node.resource_type) ||
      node.config.materialized === 'ephemeral'
    )
      continue;
    const name = `"${node.schema}"."${node.alias}"`;
    const [a, b] = [await contents(mine, name), await contents(theirs, name)];
    if (b === undefined) continue;
    if (a === undefined) lines.push(`${node.name}: no table`);
    else if (a.columns !== b.columns || a.rows !== b.rows || a.hash !== b.hash) {
      const what =
        a.columns === b.columns
          ? `${a.rows} rows against ${b.rows}, contents differ`
          : `columns ${a.columns} against ${b.columns}`;
      const line = `${node.name}: ${what}`;
      if (node.resource_type === 'model') differing.push({ node, name, before: b, line });
      else lines.push(line);
    }
  }
  if (differing.length > 0) again(differing.map(({ node }) => node.name));
  for (const { node, name, before, line } of differing) {
    const after = await contents(theirs, name);
    if (after?.hash === before.hash && after.columns === before.columns) lines.push(line);
    else unsettled(node.name);
  }
  return lines;
}

async function contents(database, name) {
  const [found] = await database.query(
    `select to_regclass('${name.replaceAll("'", "''")}') is not null as there`,
  );
  if (!found.there) return undefined;
  const [columns] = await database.query(`
    select string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' order by attnum) as list
    from pg_attribute where attrelid = '${name.replaceAll("'", "''")}'::regclass and attnum > 0 and not attisdropped`);
  // a row may name its database (`_dbt_source_relation`), and the two have names of their own
  const [rows] = await database.query(`
    select count(*) as n, md5(coalesce(string_agg(row, E'\\n' order by row collate "C"), '')) as hash
    from (select replace(t::text, current_database(), 'database') as row from ${name} as t) as rows`);
  return { columns: columns.list, rows: Number(rows.n), hash: rows.hash };
}

/** The status of every node both ran. */
export function compareResults(mine, theirs) {
  const found = new Map(mine.map((result) => [result.unique_id, result]));
  const lines = [];
  for (const { unique_id: id, status, failures } of theirs) {
    const own = found.get(id);
    found.delete(id);
    // hooks of the project are no nodes of a run here
    if (id.startsWith('operation.') || status === 'no-op') continue;
    if (own === undefined) lines.push(`${id}: not run, dbt says ${status}`);
    else if (own.status !== status) lines.push(`${id}: ${own.status}, dbt says ${status}`);
    else if (id.startsWith('test.') && (own.failures ?? 0) !== (failures ?? 0)) {
      lines.push(`${id}: ${String(own.failures)} failures, dbt counts ${String(failures)}`);
    }
  }
  return [...lines, ...[...found.keys()].map((id) => `${id}: run, and unknown to dbt`)];
}

/**
 * What `list` answers. Metrics of YAML that this dbt does not read (dbt 1 knows none on a model) are left out, and
 * `left` is told how many.
 */
export function compareSelections(project, mine, dbt, other, theirs, manifest, left) {
  const known = new Set(
    ['metrics', 'semantic_models', 'saved_queries'].flatMap((kind) => Object.keys(manifest[kind])),
  );
  const unread = new Set();
  const lines = selections.flatMap((selection) => {
    const read = ({ stdout }) =>
      stdout
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line).unique_id)
        .sort();
    const output = ['--output', 'json', '--output-keys', 'unique_id'];
    const own = read(thau(project, mine, 'list', ...selection, ...output)).filter((id) => {
      if (!/^(metric|semantic_model|saved_query)\./.test(id) || known.has(id)) return true;
      unread.add(id);
      return false;
    });
    const expected = read(dbtCommand(dbt, other, theirs, 'list', ...selection, ...output));
    if (own.join() === expected.join()) return [];
    const missing = expected.filter((id) => !own.includes(id));
    const extra = own.filter((id) => !expected.includes(id));
    return [
      `list ${selection.join(' ')}: misses ${missing.slice(0, 3).join(' ')} (${missing.length}), adds ${extra.slice(0, 3).join(' ')} (${extra.length})`,
    ];
  });
  if (unread.size > 0) left(unread.size);
  return lines;
}
