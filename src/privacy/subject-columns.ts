import type { Place, Places } from './places.js';

/** By unique_id: the columns that hold a customer's number. */
export type SubjectColumns = ReadonlyMap<string, readonly string[]>;

/**
 * The columns that are copies of the subject's key, wherever they went: first back to where its values are made, then
 * forward through every relation that carries them unchanged. A number that is counted or computed is none.
 */
export function subjectColumns(
  places: Places,
  root: { readonly id: string; readonly column: string },
): SubjectColumns {
  const found = new Map<string, Set<string>>();
  const add = (id: string, column: string): boolean => {
    const columns = found.get(id) ?? new Set();
    found.set(id, columns);
    if (columns.has(column)) return false;
    columns.add(column);
    return true;
  };
  goBack(places, root.id, root.column, add);
  const readers = [...places.values()];
  for (let grew = true; grew;) {
    grew = false;
    for (const place of readers) {
      for (const { name } of place.columns) {
        if (carries(place, name, found) && add(place.id, name)) grew = true;
      }
    }
  }
  return new Map([...found].map(([id, columns]) => [id, [...columns]]));
}

function goBack(
  places: Places,
  id: string,
  column: string,
  add: (id: string, column: string) => boolean,
): void {
  const place = places.get(id);
  // a source's own number is the source's: the subject's key begins where the project made it
  if (!place || place.kind === 'source' || !add(id, column)) return;
  for (const branch of place.lineage?.branches ?? []) {
    const cell = branch.get(column);
    if (cell?.kind === 'copy') for (const from of cell.from) goBack(places, from.relation, from.column, add);
  }
}

/** Every way to make the column copies subject columns, or leaves it null. */
function carries(place: Place, column: string, found: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  const cells = (place.lineage?.branches ?? []).map((branch) => branch.get(column));
  const copies = cells.flatMap((cell) => (cell?.kind === 'copy' ? cell.from : []));
  return (
    copies.length > 0 &&
    cells.every((cell) => cell?.kind === 'copy' || (cell?.kind === 'constant' && cell.value === null)) &&
    copies.every((from) => found.get(from.relation)?.has(from.column) === true)
  );
}
