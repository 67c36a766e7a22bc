import type { RelationInfo } from '../../project/context/database-adapter.js';
import { isEjected, type Generation } from '../publish/generation.js';
import { placeKey } from '../views/read-columns.js';

interface Place {
  readonly schema: string;
  readonly name: string;
}

/** Asks the database which of many places have a relation. */
export type ListPlaces = (places: readonly Place[]) => Promise<readonly RelationInfo[]>;

/** Words of statements that make, change or drop relations, or may run some that do. */
const changing = /\b(?:create|alter|drop|truncate|do|call|execute|reassign|import)\b/i;

/**
 * The relations of the generation that a run began with, asked for once and together: every render of an incremental
 * model wants to know whether its own stands there. While they are mapped thau drops and renames none of them; where
 * somebody's own SQL might, all are asked for anew. What stands under a node's own name is others' to change.
 */
export class PublishedRelations {
  private readonly places: ReadonlyMap<string, Place>;
  private found: Promise<ReadonlyMap<string, RelationInfo>> | undefined;

  constructor(current: Generation) {
    this.places = new Map(
      [...current.nodes.values()]
        .filter((mapped) => !isEjected(mapped))
        .map(({ relation }) => [placeKey(relation), relation] as const),
    );
  }

  /** Whether a place is one of theirs. */
  has(place: Place): boolean {
    return this.places.has(placeKey(place));
  }

  async get(place: Place, list: ListPlaces): Promise<RelationInfo | null> {
    const found = (this.found ??= this.ask(list));
    try {
      return (await found).get(placeKey(place)) ?? null;
    } catch (error) {
      if (this.found === found) this.found = undefined;
      throw error;
    }
  }

  /** Somebody's own SQL is about to run, or ran. */
  heard(sql: string): void {
    if (changing.test(sql)) this.forget();
  }

  forget(): void {
    this.found = undefined;
  }

  private async ask(list: ListPlaces): Promise<ReadonlyMap<string, RelationInfo>> {
    const relations = await list([...this.places.values()]);
    return new Map(relations.map((one) => [placeKey({ schema: one.schema, name: one.identifier }), one]));
  }
}
