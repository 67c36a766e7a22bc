import type { PrivacySettings } from '../config/settings.js';
import { nearest } from '../errors/suggest.js';
import { ThauError } from '../errors/thau-error.js';
import type { Place, Places } from './places.js';

export interface Root {
  readonly place: Place;
  readonly column: string;
}

/** Where the warehouse says who is who. */
export interface Roots {
  readonly subject: Root;
  /** Undefined where the project has no such model: then a person is found by number alone. */
  readonly identifiers: Root | undefined;
  readonly moved: Root | undefined;
}

/** The columns that `privacy` in thau.yml names, in the published generation. */
export function readRoots(places: Places, settings: PrivacySettings): Roots {
  const subject = find(places, 'subject', settings.subject);
  if (!subject) throw missing(places, 'subject', settings.subject);
  return {
    subject,
    identifiers: optional(places, 'identifiers', settings.identifiers, 'identities.identifier_value'),
    moved: optional(places, 'moved', settings.moved, 'customer_moves.previous_customer_id'),
  };
}

function optional(places: Places, name: string, written: string, standard: string): Root | undefined {
  const found = find(places, name, written);
  // a project without the model of the default has none; what somebody wrote must be there
  if (!found && written !== standard) throw missing(places, name, written);
  return found;
}

function find(places: Places, name: string, written: string): Root | undefined {
  const [model = '', column = '', ...more] = written.split('.');
  if (column === '' || more.length > 0) throw missing(places, name, written);
  const place = [...places.values()].find((one) => one.node?.name === model);
  return place?.columns.some((one) => one.name === column) === true ? { place, column } : undefined;
}

function missing(places: Places, name: string, written: string): ThauError {
  const known = [...places.values()].flatMap(({ node, columns }) =>
    node ? columns.map((column) => `${node.name}.${column.name}`) : [],
  );
  const near = nearest(written, known);
  return new ThauError(
    'PRIVACY_SUBJECT',
    `privacy.${name} says ${written}, which the published generation does not have.`,
    {
      hint: near === undefined ? 'Write model.column of a model that is built.' : `Did you mean ${near}?`,
    },
  );
}
