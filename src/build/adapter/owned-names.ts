import type { Relation } from '../relation.js';

/** The relation that stands for a name at this moment. */
export interface StandingRelation extends Relation {
  /** Made by this run and not yet published. */
  readonly candidate: boolean;
}

/**
 * Which names in target schemas are thau's, and what stands for them: the candidate when this run has made one,
 * else the published relation. Templates that ask the database for `unified.customers` get the relation behind
 * the stable view, as under dbt they would get the table itself.
 */
export class OwnedNames {
  private readonly standing = new Map<string, StandingRelation | null>();

  /** A name that belongs to a node; null while nothing stands for it. */
  set(schema: string, name: string, relation: StandingRelation | null): void {
    this.standing.set(`${schema}\0${name}`, relation);
  }

  /** Undefined where thau does not own the name. */
  get(schema: string, name: string): StandingRelation | null | undefined {
    return this.standing.get(`${schema}\0${name}`);
  }

  all(): readonly { schema: string; name: string; relation: StandingRelation | null }[] {
    return [...this.standing].map(([key, relation]) => {
      const [schema = '', name = ''] = key.split('\0');
      return { schema, name, relation };
    });
  }

  inSchema(schema: string): readonly { readonly name: string; readonly relation: StandingRelation | null }[] {
    const found: { name: string; relation: StandingRelation | null }[] = [];
    for (const [key, relation] of this.standing) {
      const [owner, name = ''] = key.split('\0');
      if (owner === schema) found.push({ name, relation });
    }
    return found;
  }
}
