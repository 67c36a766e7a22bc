import { readGeneration } from '../build/publish/generation.js';
import { qualifiedName, quoteIdentifier, quoteLiteral } from '../postgres/identifier.js';
import type { Session } from '../postgres/session.js';
import type { Touched } from './erase-rows.js';
import { isOneOfAny } from './is-one-of.js';
import type { Place, Places } from './places.js';
import { policyOf, type Policy } from './policy.js';
import { saltedSql } from './salt.js';
import type { SubjectColumns } from './subject-columns.js';
import type { Survey } from './survey.js';
import { hashedValues } from './text-search.js';
import { ValueSearch } from './value-search.js';

export interface RememberedOptions {
  readonly survey: Survey;
  readonly ids: readonly string[];
  /** Texts that name the person and nobody else. */
  readonly keys: readonly string[];
  readonly salt: string;
}

/**
 * Models whose rows outlive what they were made of: snapshots, incremental models that are never built in full, a
 * project's own materialisations. A run over cleaned sources leaves their rows as they are, so these are erased after
 * it in place: by the subject's key, and by every identifier they hold. With `erase: pseudonymise` hashes stand for the
 * identifiers, since a model that counts what it has written must not lose rows. What is dead then is vacuumed by whoever
 * calls, outside of a transaction.
 */
export async function eraseRemembered(tx: Session, options: RememberedOptions): Promise<readonly Touched[]> {
  const { survey, ids, keys, salt } = options;
  const generation = await readGeneration(tx, survey.state);
  const touched: Touched[] = [];
  for (const place of [...survey.places.values()].filter(remembers)) {
    const policy = policyOf(place, 'delete');
    const { how, because } = policy;
    if (how === 'keep') continue;
    const subjects = survey.subjects.get(place.id) ?? [];
    const store = generation.nodes.get(place.id)?.relation.store;
    const tables = store
      ? [store.table, store.superseded].map((name) => ({ schema: store.schema, name }))
      : [{ schema: place.schema, name: place.name }];
    const statement =
      how === 'delete' ? deletion(place, subjects, ids, keys) : pseudonymisation(place, policy, keys, salt);
    if (!statement) continue;
    for (const table of tables) {
      const relation = qualifiedName(table.schema, table.name);
      // what a versioned table would keep aside, and count as written now, is what must go
      if (store) await tx.query(`alter table ${relation} disable trigger user`);
      const { rowCount } = await tx.query(statement.text(relation), statement.values);
      if (store) await tx.query(`alter table ${relation} enable trigger user`);
      if (rowCount === 0) continue;
      const path =
        subjects.length > 0
          ? `${place.title}.${subjects.join('+')}`
          : `${place.title}: rows that hold an identifier`;
      touched.push({
        table: store ? `${table.schema}.${table.name}` : place.title,
        how: how === 'delete' ? 'deleted' : 'pseudonymised',
        rows: rowCount,
        paths: [path],
        ...(because !== undefined && { because }),
      });
    }
  }
  return touched;
}

interface Statement {
  text(relation: string): string;
  readonly values: readonly unknown[];
}

/** Of rows with the subject's key, and of those that hold an identifier. */
function deletion(
  place: Place,
  subjects: readonly string[],
  ids: readonly string[],
  keys: readonly string[],
): Statement | undefined {
  const where = [
    ...(subjects.length > 0 ? [isOneOfAny(place, subjects, ids, 1)] : []),
    ...(keys.length > 0 ? [new ValueSearch(keys).inRow(place.columns)] : []),
  ];
  if (where.length === 0) return undefined;
  return {
    text: (relation) => `delete from ${relation} as r where ${where.join(' or ')}`,
    values: subjects.length > 0 ? [ids] : [],
  };
}

/**
 * Hashes stand for identifiers wherever they are, and for the names beside them; rows that have ended lose their names
 * whoever they told of, since a family's phone does not tell whose name it was.
 */
function pseudonymisation(
  place: Place,
  { names, ended }: Policy,
  keys: readonly string[],
  salt: string,
): Statement | undefined {
  const sets = textColumns(place).map((name) => {
    const column = `r.${quoteIdentifier(name)}`;
    const value = names.includes(name) ? hashedName(column, 1) : hashedValues(`${column}::text`, keys, salt);
    return `${quoteIdentifier(name)} = ${value}`;
  });
  const hasName = names.map((name) => `r.${quoteIdentifier(name)} !~ ${quoteLiteral(`^${nameMark}`)}`);
  const where = [
    ...(keys.length > 0 ? [new ValueSearch(keys).inRow(place.columns)] : []),
    ...(ended !== undefined && hasName.length > 0 ? [`(${ended}) and (${hasName.join(' or ')})`] : []),
  ];
  if (where.length === 0 || sets.length === 0) return undefined;
  return {
    text: (relation) =>
      `update ${relation} as r set ${sets.join(', ')} where $1::text is not null and (${where.join(' or ')})`,
    values: [salt],
  };
}

/** What begins a name's hash, so that no hash is hashed again. */
const nameMark = 'erased:';

function hashedName(column: string, salt: number): string {
  return `case when ${column} like ${quoteLiteral(`${nameMark}%`)} then ${column}
               when ${column} is not null then ${quoteLiteral(nameMark)} || left(${saltedSql(`${column}::text`, salt)}, 24) end`;
}

/** What a dry run says of them: their rows are counted when they are erased. */
export function rememberedTables(places: Places, subjects: SubjectColumns): readonly Touched[] {
  return [...places.values()].filter(remembers).map((place) => {
    const { how, because } = policyOf(place, 'delete');
    return {
      table: place.title,
      how: how === 'keep' ? 'kept' : how === 'pseudonymise' ? 'pseudonymised' : 'deleted',
      rows: 0,
      paths: [
        `${place.title}${subjects.has(place.id) ? `.${subjects.get(place.id)?.join('+') ?? ''}` : ''}, after the run`,
      ],
      ...(because !== undefined && { because }),
    };
  });
}

/** Whether a run in full leaves its rows alone. */
function remembers({ kind, node }: Place): boolean {
  if (kind === 'source' || !node) return false;
  if (node.resource_type === 'snapshot') return true;
  if (node.resource_type !== 'model') return false;
  const { materialized } = node.config;
  if (materialized === 'incremental') return node.config['full_refresh'] === false;
  return !['table', 'view', 'materialized_view', 'ephemeral'].includes(materialized);
}

function textColumns({ columns }: Place): readonly string[] {
  return columns
    .filter(({ type }) => /^(?:text|character varying)(?:\(\d+\))?$/.test(type))
    .map(({ name }) => name);
}
