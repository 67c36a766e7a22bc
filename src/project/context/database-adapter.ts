/** A relation by its names; `database` null is the connection's own. */
export interface RelationName {
  readonly database: string | null;
  readonly schema: string;
  readonly identifier: string;
}

/** A relation that exists. */
export interface RelationInfo extends RelationName {
  readonly type: 'table' | 'view' | 'materialized_view' | 'external';
}

/** A column of a relation, with PostgreSQL's own words for its type. */
export interface RelationColumn {
  readonly name: string;
  /** Without length or precision: `character varying`, `numeric`, `timestamp with time zone`. */
  readonly dataType: string;
  readonly charMaxLength: number | null;
  readonly numericPrecision: number | null;
  readonly numericScale: number | null;
}

/** What a statement answered. Values are in PostgreSQL's text format; the type's oid says how to read them. */
export interface QueryAnswer {
  readonly columns: readonly { readonly name: string; readonly typeOid: number }[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** `SELECT`, `INSERT`, …: the first word of the command tag of the last statement. */
  readonly command: string;
  readonly rowsAffected: number | null;
}

/**
 * What the Jinja context asks of the database while something runs; src/build implements it over one connection
 * per running node. Names that thau owns resolve through the mapping ("the rule for dbt's own handles"): asked
 * for `unified.customers`, the adapter answers for the relation that stands for it now. Every method may be
 * called many times and must throw ThauError.
 */
export interface DatabaseAdapter {
  /**
   * Runs `sql`, which may hold several statements separated by semicolons; the answer is that of the last
   * statement with rows, or of the last. `begin` is dbt's `auto_begin`: within a transaction, opened if none is.
   */
  query(sql: string, options: { readonly begin: boolean; readonly fetch: boolean }): Promise<QueryAnswer>;
  /** Ends the open transaction, if one is. */
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** The relation that stands for a name of thau's now; null where thau does not own it, or nothing stands. */
  standing(name: RelationName): RelationName | null;
  getRelation(name: RelationName): Promise<RelationInfo | null>;
  /** All relations of a schema, for `adapter.list_relations` and dbt's prefix helpers. */
  listRelations(database: string | null, schema: string): Promise<readonly RelationInfo[]>;
  /** In the order of the table; empty when the relation is absent. */
  getColumns(name: RelationName): Promise<readonly RelationColumn[]>;
  schemaExists(database: string | null, schema: string): Promise<boolean>;
  createSchema(database: string | null, schema: string): Promise<void>;
  dropSchema(database: string | null, schema: string): Promise<void>;
  /** Absent relations are no error. Refuses what thau does not own. */
  dropRelation(name: RelationName): Promise<void>;
  truncateRelation(name: RelationName): Promise<void>;
  renameRelation(from: RelationName, to: RelationName): Promise<void>;
  /** `printed`: by print(), whose text is the answer: standard output, and with --quiet too. */
  log(message: string, toConsole: boolean, printed?: boolean): void;
}
