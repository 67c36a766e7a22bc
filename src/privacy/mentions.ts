import { qualifiedName, quoteIdentifier } from '../postgres/identifier.js';
import type { PrivacySettings } from '../config/settings.js';
import type { Session } from '../postgres/session.js';
import { conditionsOf, type Touched } from './erase-rows.js';
import type { Records } from './find-records.js';
import type { PersonalColumns } from './personal-columns.js';
import type { Place, Places } from './places.js';
import { policyOf } from './policy.js';
import { removeValues } from './text-search.js';
import { ValueSearch } from './value-search.js';

/** How the sources write what identifies a person: the texts of personal columns in the person's own rows. */
export async function spellingsOf(
  tx: Session,
  sources: readonly (readonly [Place, readonly Records[]])[],
  personal: PersonalColumns,
): Promise<readonly string[]> {
  const spellings = new Set<string>();
  for (const [place, records] of sources) {
    const columns = place.columns.filter(
      ({ name, type }) => personal.get(place.id)?.has(name) === true && type.startsWith('text'),
    );
    if (columns.length === 0) continue;
    for (const { sql, values } of conditionsOf(records).conditions) {
      const list = columns.map(({ name }) => `r.${quoteIdentifier(name)}`).join(', ');
      const { rows } = await tx.queryText(
        `select distinct t.text from ${qualifiedName(place.schema, place.name)} as r
         cross join lateral unnest(array[${list}]) as t (text) where (${sql}) and t.text is not null`,
        values,
      );
      for (const [text] of rows) spellings.add(text ?? '');
    }
  }
  return [...spellings];
}

/** Rows of others that name the person by an identifier nobody else has: the value goes, the row stays. */
export async function removeMentions(
  tx: Session,
  places: Places,
  sources: PrivacySettings['sources'],
  values: readonly string[],
  dryRun: boolean,
): Promise<readonly Touched[]> {
  // in a dry run the person's own rows are still there, and are told by themselves
  if (values.length === 0 || dryRun) return [];
  const search = new ValueSearch(values);
  const touched: Touched[] = [];
  const paths = ['names the person by an identifier that nobody else has'];
  for (const place of [...places.values()].filter(({ kind }) => kind === 'source')) {
    const relation = qualifiedName(place.schema, place.name);
    const { rows } = await tx.query<{ rows: number }>(
      `select count(*)::integer as rows from ${relation} as r where ${search.inRow(place.columns)}`,
    );
    const count = rows[0]?.rows ?? 0;
    if (count === 0) continue;
    const { how, because } = policyOf(place, sources);
    if (how === 'keep' || how === 'ask') {
      touched.push({
        table: place.title,
        how: how === 'keep' ? 'kept' : 'not permitted',
        rows: count,
        paths,
        ...(because !== undefined && { because }),
      });
      continue;
    }
    const changed = await removeValues(tx, place, values);
    touched.push({ table: place.title, how: 'values removed', ...changed, paths });
  }
  return touched;
}
