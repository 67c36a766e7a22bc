import type { RunAdapter } from '../build/adapter/run-adapter.js';
import type { RunScope } from '../build/run/run-scope.js';
import { sqlName } from '../build/relation.js';
import { placeKey } from '../build/views/read-columns.js';
import { ThauError } from '../errors/thau-error.js';
import type { Database, OwnSession } from '../postgres/database.js';
import type {
  DatabaseAdapter,
  QueryAnswer,
  RelationColumn,
  RelationInfo,
  RelationName,
} from '../project/context/database-adapter.js';

/** Thrown where a template asks for what only the run will make. */
export class DecidedDuringRun extends Error {
  constructor(readonly relation: string) {
    super(`the template asks the database for ${relation}, which is not there yet`);
    this.name = 'DecidedDuringRun';
  }
}

/**
 * Answers templates while they are checked: from what is published, in a transaction that only reads. A name of the
 * scratch schemas stands for the published relation of the same node. What would change something does nothing.
 */
export class PresentAdapter implements DatabaseAdapter {
  /** Whether a template asked: then what was found holds for the present data alone. */
  asked = false;
  private own: OwnSession | undefined;
  private inner: RunAdapter | undefined;

  constructor(
    private readonly database: Database,
    private readonly applicationName: string,
    private readonly scope: RunScope,
    /** The published relation behind a place of the scratch schemas, by `placeKey`; null: nothing is published. */
    private readonly published: (
      key: string,
    ) => { readonly schema: string; readonly name: string } | null | undefined,
  ) {}

  async query(sql: string): Promise<QueryAnswer> {
    this.asked = true;
    const present = sql.replaceAll(scratchName, (whole: string, schema: string, name: string) => {
      const relation = this.published(placeKey({ schema, name: name.replaceAll('""', '"') }));
      if (relation === null) throw new DecidedDuringRun(name);
      return relation === undefined ? whole : sqlName(relation);
    });
    const inner = await this.adapter();
    try {
      return await inner.query(present, { begin: false, fetch: true });
    } catch (error) {
      // the transaction is broken: the next question gets a new one
      await this.close();
      throw error;
    }
  }

  commit(): Promise<void> {
    return Promise.resolve();
  }

  rollback(): Promise<void> {
    return Promise.resolve();
  }

  standing(name: RelationName): RelationName | null {
    const relation = this.present(name);
    return relation === name ? null : relation;
  }

  async getRelation(name: RelationName): Promise<RelationInfo | null> {
    this.asked = true;
    const relation = this.present(name);
    return relation === null ? null : (await this.adapter()).getRelation(relation);
  }

  async listRelations(database: string | null, schema: string): Promise<readonly RelationInfo[]> {
    this.asked = true;
    return (await this.adapter()).listRelations(database, schema);
  }

  async getColumns(name: RelationName): Promise<readonly RelationColumn[]> {
    this.asked = true;
    const relation = this.present(name);
    if (relation === null) throw new DecidedDuringRun(name.identifier);
    return (await this.adapter()).getColumns(relation);
  }

  async schemaExists(database: string | null, schema: string): Promise<boolean> {
    return (await this.adapter()).schemaExists(database, schema);
  }

  createSchema(): Promise<void> {
    return Promise.resolve();
  }

  dropSchema(): Promise<void> {
    return Promise.resolve();
  }

  dropRelation(): Promise<void> {
    return Promise.resolve();
  }

  truncateRelation(): Promise<void> {
    return Promise.resolve();
  }

  renameRelation(): Promise<void> {
    return Promise.resolve();
  }

  log(): void {
    // said when the node is built
  }

  async close(): Promise<void> {
    const { own } = this;
    this.own = undefined;
    this.inner = undefined;
    await own?.session.query('rollback').catch(() => undefined);
    await own?.close();
  }

  private present(name: RelationName): RelationName | null {
    const relation = this.published(placeKey({ schema: name.schema, name: name.identifier }));
    if (relation === undefined) return name;
    return relation && { database: null, schema: relation.schema, identifier: relation.name };
  }

  private async adapter(): Promise<RunAdapter> {
    if (!this.inner) {
      this.own = await this.database.session(this.applicationName);
      await this.own.session.query('begin transaction read only');
      this.inner = this.scope.adapter(this.own.session);
      this.inner.withinTransaction = true;
    }
    return this.inner;
  }
}

const scratchName = /"(thau_check_[^"]+)"\s*\.\s*"((?:[^"]|"")+)"/g;

/** Whether the template could not be rendered for lack of what the run makes, not for a fault of its own. */
export function isDecidedDuringRun(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof DecidedDuringRun) return true;
    // a template that writes: only the run lets it
    if (at instanceof ThauError && at.notes.includes('SQLSTATE 25006')) return true;
  }
  return false;
}
