/** One column of an answer. */
export interface ResultField {
  readonly name: string;
  /** The type's OID in `pg_type`. */
  readonly typeOid: number;
  readonly typeModifier: number;
}

export interface Result<Row> {
  readonly rows: Row[];
  /** Rows returned or affected; 0 where the command counts none. */
  readonly rowCount: number;
  readonly fields: readonly ResultField[];
  /** `SELECT`, `INSERT`, `CREATE` … as the command tag begins. */
  readonly command: string;
}

/** Every value as PostgreSQL wrote it. */
export type TextRow = (string | null)[];

/**
 * What runs SQL: the pool, a transaction, a session. Without `values` the text may hold several statements (the
 * last one's answer is returned); with them exactly one. Values come as `src/postgres/values.ts` says.
 */
export interface Queryable {
  query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Result<Row>>;
  /** The same, with every value as text and rows as arrays: nothing rounded, nothing lost, two columns may share a name. */
  queryText(text: string, values?: readonly unknown[]): Promise<Result<TextRow>>;
}
