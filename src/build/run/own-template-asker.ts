import type { Session } from '../../postgres/session.js';
import type {
  DatabaseAdapter,
  QueryAnswer,
  RelationColumn,
  RelationInfo,
  RelationName,
} from '../../project/context/database-adapter.js';
import type { ManifestNode } from '../../project/manifest.js';
import { parseSql } from '../../sql/parse-sql.js';
import { referencedNames } from '../../sql/referenced-names.js';
import { catalogStatement, createCatalogViews } from '../adapter/catalog-names.js';
import type { RunAdapter } from '../adapter/run-adapter.js';
import type { AskedTemplate, TemplateAsker } from '../plan/asked-template.js';
import { placeholderSchema } from '../plan/planning-adapter.js';
import type { RunScope } from './run-scope.js';
import { withStableLiterals } from './stable-literals.js';

/** Thrown into a template that would change something: only its own build lets it. */
class WouldWrite extends Error {
  constructor() {
    super('the template changes the database while it is rendered');
    this.name = 'WouldWrite';
  }
}

/**
 * Renders templates that ask the database over the relations that stand for their nodes now, in transactions that only
 * read: before the run to plan it, and again at a node's turn.
 */
export class OwnTemplateAsker implements TemplateAsker {
  constructor(
    private readonly session: Session,
    private readonly scope: RunScope,
  ) {}

  async render(node: ManifestNode): Promise<AskedTemplate | undefined> {
    const { scope, session } = this;
    const nodeIds = this.standing();
    const adapter = new AskingAdapter(session, scope, nodeIds);
    try {
      const shown = node.resource_type === 'test' ? null : scope.thisInModel(node);
      const compiled = await scope.options.renderer.compile(node, scope.context(adapter, shown));
      return {
        compiled,
        sql: withNodeNames(withStableLiterals(compiled.compiledCode, scope.schemas), nodeIds),
        about: adapter.about,
        catalog: adapter.catalog,
        tell: adapter.tell,
      };
    } catch {
      // its build renders it again, and says what is wrong
      return undefined;
    }
  }

  /** The nodes behind the relations that stand for them. */
  private standing(): ReadonlyMap<string, string> {
    const { current } = this.scope.options;
    const ids = new Map<string, string>();
    for (const { nodeId, relation } of current.nodes.values()) {
      ids.set(`${relation.schema}.${relation.name}`, nodeId);
    }
    for (const [nodeId, relation] of this.scope.candidates()) {
      ids.set(`${relation.schema}.${relation.name}`, nodeId);
    }
    return ids;
  }
}

const word = String.raw`(?:"(?:[^"]|"")+"|\b[A-Za-z_]\w*)`;
const chain = new RegExp(`${word}(?:\\s*\\.\\s*${word}){1,2}`, 'g');
const words = new RegExp(word, 'g');

/** SQL with the ids of nodes where their relations stood, with the database before them or without. */
function withNodeNames(sql: string, nodeIds: ReadonlyMap<string, string>): string {
  const idOf = (parts: readonly string[]): string | undefined =>
    nodeIds.get(
      parts
        .map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part.toLowerCase()))
        .join('.'),
    );
  return sql.replace(chain, (whole) => {
    const parts = whole.match(words) ?? [];
    const id = idOf(parts.slice(-2));
    if (id !== undefined) return `"${placeholderSchema}"."${id}"`;
    // a column of it
    const owner = parts.length > 2 ? idOf(parts.slice(0, 2)) : undefined;
    return owner === undefined ? whole : `"${placeholderSchema}"."${owner}".${parts[2] ?? ''}`;
  });
}

class AskingAdapter implements DatabaseAdapter {
  readonly about = new Set<string>();
  catalog = false;
  readonly tell = (): void => {
    for (const words of this.said) this.inner.log(...words);
  };
  private readonly said: Parameters<DatabaseAdapter['log']>[] = [];
  private readonly inner: RunAdapter;

  constructor(
    private readonly session: Session,
    private readonly scope: RunScope,
    private readonly nodeIds: ReadonlyMap<string, string>,
  ) {
    this.inner = scope.adapter(session);
    this.inner.withinTransaction = true;
  }

  async query(sql: string): Promise<QueryAnswer> {
    for (const { tree } of parseSql(sql, 'a statement of a template')) {
      // what is no select could end the transaction that keeps it from writing
      if (!('SelectStmt' in tree)) throw new WouldWrite();
      for (const relation of referencedNames(tree).relations) this.note(relation.schema ?? '', relation.name);
    }
    const catalog = catalogStatement(sql);
    return this.reading(async () => {
      const result = await this.session.queryText(catalog.sql);
      return {
        columns: result.fields.map((field) => ({ name: field.name, typeOid: field.typeOid })),
        rows: result.rows,
        command: result.command,
        rowsAffected: result.rowCount,
      };
    }, catalog.views);
  }

  commit(): Promise<void> {
    return Promise.resolve();
  }

  rollback(): Promise<void> {
    return Promise.resolve();
  }

  standing(relation: RelationName): RelationName | null {
    return this.inner.standing(relation);
  }

  getRelation(relation: RelationName): Promise<RelationInfo | null> {
    this.noteOwned(relation);
    return this.reading(() => this.inner.getRelation(relation));
  }

  listRelations(database: string | null, schema: string): Promise<readonly RelationInfo[]> {
    this.catalog = true;
    return this.reading(() => this.inner.listRelations(database, schema));
  }

  getColumns(relation: RelationName): Promise<readonly RelationColumn[]> {
    this.noteOwned(relation);
    return this.reading(() => this.inner.getColumns(relation));
  }

  schemaExists(database: string | null, schema: string): Promise<boolean> {
    return this.reading(() => this.inner.schemaExists(database, schema));
  }

  createSchema(): Promise<void> {
    return Promise.reject(new WouldWrite());
  }

  dropSchema(): Promise<void> {
    return Promise.reject(new WouldWrite());
  }

  dropRelation(): Promise<void> {
    return Promise.reject(new WouldWrite());
  }

  truncateRelation(): Promise<void> {
    return Promise.reject(new WouldWrite());
  }

  renameRelation(): Promise<void> {
    return Promise.reject(new WouldWrite());
  }

  log(...words: Parameters<DatabaseAdapter['log']>): void {
    this.said.push(words);
  }

  private note(schema: string, relation: string): void {
    if (schema === 'information_schema' || schema === 'pg_catalog' || relation.startsWith('pg_')) {
      this.catalog = true;
      return;
    }
    const id = this.nodeIds.get(`${schema}.${relation}`);
    if (id !== undefined) this.about.add(id);
  }

  /** A name of thau's stands for a node, whether or not anything shows it yet. */
  private noteOwned({ schema, identifier }: RelationName): void {
    this.note(schema, identifier);
    const { manifest } = this.scope.options;
    if (this.scope.names.get(schema, identifier) === undefined) return;
    for (const node of Object.values(manifest.nodes)) {
      if (node.schema === schema && node.alias === identifier) this.about.add(node.unique_id);
    }
  }

  private async reading<T>(
    work: () => Promise<T>,
    views: ReadonlySet<string> = new Set<string>(),
  ): Promise<T> {
    const { session, scope } = this;
    const { names, options } = scope;
    // who waits for a lock here would hold up the plan: the node itself waits, and says for whom
    return session.transaction(
      async (tx) => {
        tx.later(`set local lock_timeout = '500ms'`);
        if (views.size > 0) await createCatalogViews(tx, names, options.state, views);
        tx.later('set local transaction_read_only = on');
        return work();
      },
      { undo: true },
    );
  }
}
