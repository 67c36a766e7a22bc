import type {
  DatabaseAdapter,
  QueryAnswer,
  RelationColumn,
  RelationInfo,
  RelationName,
} from '../../project/context/database-adapter.js';

/** Thrown into a template that asks the database while it is rendered for its fingerprint. */
export class AskedDatabase extends Error {
  constructor() {
    super('the template asks the database');
    this.name = 'AskedDatabase';
  }
}

/** The schema of the names that stand for relations in a fingerprint. */
export const placeholderSchema = 'thau_placeholder';

/**
 * Renders templates for their fingerprints: no database stands behind it. It knows the placeholder for `this`, so
 * that `is_incremental()` answers; any other question ends the rendering, since its answer may change.
 */
export class PlanningAdapter implements DatabaseAdapter {
  asked = false;

  query(): Promise<QueryAnswer> {
    return this.refuse();
  }

  commit(): Promise<void> {
    return Promise.resolve();
  }

  rollback(): Promise<void> {
    return Promise.resolve();
  }

  standing(): RelationName | null {
    return null;
  }

  getRelation(name: RelationName): Promise<RelationInfo | null> {
    return name.schema === placeholderSchema ? Promise.resolve({ ...name, type: 'table' }) : this.refuse();
  }

  listRelations(): Promise<readonly RelationInfo[]> {
    return this.refuse();
  }

  getColumns(): Promise<readonly RelationColumn[]> {
    return this.refuse();
  }

  schemaExists(): Promise<boolean> {
    return this.refuse();
  }

  createSchema(): Promise<void> {
    return this.refuse();
  }

  dropSchema(): Promise<void> {
    return this.refuse();
  }

  dropRelation(): Promise<void> {
    return this.refuse();
  }

  truncateRelation(): Promise<void> {
    return this.refuse();
  }

  renameRelation(): Promise<void> {
    return this.refuse();
  }

  log(): void {
    // said when the node is built
  }

  private refuse(): Promise<never> {
    this.asked = true;
    return Promise.reject(new AskedDatabase());
  }
}
