import type { PrivacySettings } from '../config/settings.js';
import { readArtifact } from '../build/publish/artifacts.js';
import type { Lineage } from '../build/artifacts/lineage.js';
import { quoteIdentifier } from '../postgres/identifier.js';
import type { Queryable } from '../postgres/queryable.js';
import type { Manifest } from '../project/manifest.js';
import { findRecords, type Records } from './find-records.js';
import type { Person } from './find-person.js';
import { personalColumns, type PersonalColumn, type PersonalColumns } from './personal-columns.js';
import { readPlaces, type Places } from './places.js';
import { readRoots, type Roots } from './roots.js';
import { subjectColumns, type SubjectColumns } from './subject-columns.js';

/** A personal column as the API marks it: by the model's name. */
export type MarkedColumn = readonly [model: string, column: string];

/** What the warehouse is made of and where people stand in it, read once. */
export interface Survey {
  readonly state: string;
  readonly places: Places;
  readonly roots: Roots;
  readonly subjects: SubjectColumns;
  readonly personal: PersonalColumns;
}

export interface SurveyOptions {
  readonly stateSchema: string;
  readonly manifest: Manifest;
  readonly privacy: PrivacySettings;
  /** What the API marks by `@pii`. */
  readonly marked: readonly MarkedColumn[];
}

export async function readSurvey(database: Queryable, options: SurveyOptions): Promise<Survey> {
  const state = quoteIdentifier(options.stateSchema);
  const places = await readPlaces(database, state, options.manifest);
  const roots = readRoots(places, options.privacy);
  const lineage = ((await readArtifact(database, state, 'lineage')) ?? {}) as Lineage;
  const byName = new Map(
    [...places.values()].flatMap(({ node, id }) => (node ? [[node.name, id] as const] : [])),
  );
  const marked: PersonalColumn[] = options.marked.flatMap(([model, column]) => {
    const id = byName.get(model);
    return id === undefined ? [] : [[id, column] as const];
  });
  const { subject, identifiers } = roots;
  if (identifiers) marked.push([identifiers.place.id, identifiers.column]);
  const personal = personalColumns(places, lineage, marked);
  const subjects = subjectColumns(places, { id: subject.place.id, column: subject.column });
  return { state, places, roots, subjects, personal: withDescendants(personal, places, lineage) };
}

/** What models that remember hold of identifiers is personal there too, wherever it was put together. */
function withDescendants(personal: PersonalColumns, places: Places, lineage: Lineage): PersonalColumns {
  const found = new Map([...personal].map(([id, columns]) => [id, new Set(columns)]));
  for (let grew = true; grew;) {
    grew = false;
    for (const [id, columns] of Object.entries(lineage)) {
      if (!places.has(id)) continue;
      for (const [column, from] of Object.entries(columns)) {
        if (found.get(id)?.has(column) || !from.some(([its, theirs]) => found.get(its)?.has(theirs)))
          continue;
        found.set(id, (found.get(id) ?? new Set()).add(column));
        grew = true;
      }
    }
  }
  return found;
}

/** Everything of a person that lineage leads to, source tables and the models before them. */
export function recordsOf(database: Queryable, survey: Survey, { ids }: Person): Promise<readonly Records[]> {
  const { places, subjects, roots } = survey;
  return findRecords(database, {
    places,
    subjects,
    ids,
    avoid: new Set(roots.identifiers ? [roots.identifiers.place.id] : []),
  });
}
