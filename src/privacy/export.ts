import { quoteIdentifier, qualifiedName } from '../postgres/identifier.js';
import type { Session } from '../postgres/session.js';
import { conditionsOf } from './erase-rows.js';
import type { Person } from './find-person.js';
import { isOneOfAny } from './is-one-of.js';
import type { Places, Place } from './places.js';
import { recordsOf, type Survey } from './survey.js';

export interface ExportedColumn {
  readonly name: string;
  readonly type: string;
  readonly description: string;
}

/** What is said of a person, piece by piece, so that a long history is never whole in memory. */
export type ExportPiece =
  | {
      readonly kind: 'table';
      readonly table: string;
      /** Of a source, as it was delivered; of a model, what the warehouse made of it. */
      readonly origin: 'source' | 'model';
      readonly description: string;
      readonly columns: readonly ExportedColumn[];
      /** The lineage that led there. */
      readonly paths: readonly string[];
    }
  | { readonly kind: 'rows'; readonly rows: readonly (readonly (string | null)[])[] };

/**
 * Everything held about a person: the rows of the source tables that lineage leads to, then the rows of every relation
 * of the published generation that carries the person's key. Read in one snapshot.
 */
export async function* exportPerson(
  tx: Session,
  survey: Survey,
  person: Person,
): AsyncGenerator<ExportPiece> {
  const records = await recordsOf(tx, survey, person);
  for (const place of sorted(survey.places)) {
    const own = records.filter((one) => one.place.id === place.id);
    const subjects = survey.subjects.get(place.id);
    if (place.kind === 'source' && own.length > 0) {
      const { conditions, paths } = conditionsOf(own);
      yield* table(tx, place, conditions, paths);
    } else if (place.kind === 'node' && subjects) {
      const sql = isOneOfAny(place, subjects, person.ids, 1);
      yield* table(tx, place, [{ sql, values: [person.ids] }], [`${place.title}.${subjects.join('+')}`]);
    }
  }
}

function sorted(places: Places): readonly Place[] {
  return [...places.values()].sort((a, b) =>
    a.kind === b.kind ? a.title.localeCompare(b.title) : a.kind === 'source' ? -1 : 1,
  );
}

async function* table(
  tx: Session,
  place: Place,
  conditions: ReturnType<typeof conditionsOf>['conditions'],
  paths: readonly string[],
): AsyncGenerator<ExportPiece> {
  let begun = false;
  const described = (place.source ?? place.node)?.columns ?? {};
  const list = place.columns.map(({ name }) => `r.${quoteIdentifier(name)}::text`).join(', ');
  const seen: string[] = [];
  for (const { sql, values } of conditions) {
    // a row that two ways lead to is told once
    const others = seen.map((one) => ` and not (${one})`).join('');
    const text = `select array[${list}] as row from ${qualifiedName(place.schema, place.name)} as r where (${sql})${others}`;
    const numbered = renumber(text, [...conditions.slice(0, seen.length).map((one) => one.values)], values);
    for await (const rows of tx.cursor<{ row: (string | null)[] }>(numbered.text, numbered.values, {
      batch: 500,
    })) {
      if (!begun) {
        begun = true;
        yield {
          kind: 'table',
          table: place.title,
          origin: place.kind === 'source' ? 'source' : 'model',
          description: (place.source ?? place.node)?.description.trim() ?? '',
          columns: place.columns.map(({ name, type }) => ({
            name,
            type,
            description: described[name]?.description.trim() ?? '',
          })),
          paths,
        };
      }
      yield { kind: 'rows', rows: rows.map(({ row }) => row) };
    }
    seen.push(sql.replaceAll('$1', `$${seen.length + 2}`));
  }
}

/** The condition's own value is `$1`, those of the ways before it follow. */
function renumber(
  text: string,
  before: readonly (readonly unknown[])[],
  own: readonly unknown[],
): { readonly text: string; readonly values: readonly unknown[] } {
  return { text, values: [...own, ...before.flat()] };
}
