/** One column of a published relation. */
export interface CatalogColumn {
  readonly name: string;
  /** PostgreSQL's name of the type, as `format_type` writes it: `timestamp with time zone`, `numeric(12,2)`. */
  readonly type: string;
  /** Proven: a NOT NULL constraint, or a `not_null` test of error severity that passed. */
  readonly notNull: boolean;
  readonly description?: string;
  /** From an `accepted_values` test of error severity. */
  readonly acceptedValues?: readonly string[];
}

/** A published relation as SDL is bound to it; plain data, stored with the generation. */
export interface CatalogRelation {
  /** The model's name, which `@relation(model:)` names. */
  readonly model: string;
  /** dbt's unique id. */
  readonly nodeId: string;
  readonly description?: string;
  /** The physical relation. */
  readonly schema: string;
  readonly name: string;
  readonly kind: 'table' | 'view' | 'materialized view';
  readonly columns: readonly CatalogColumn[];
  /** Column lists proven unique: unique indexes, and `unique` tests that passed. */
  readonly unique: readonly (readonly string[])[];
  /** Leading column lists of indexes. */
  readonly indexes: readonly (readonly string[])[];
  /** `pg_class.reltuples`; −1 when never analysed. */
  readonly estimatedRows: number;
  readonly meta?: Readonly<Record<string, unknown>>;
}

/** A function that `@call` may name. */
export interface CatalogFunction {
  readonly schema: string;
  readonly name: string;
  /** `pg_proc.provolatile` in words: a VOLATILE one is refused, since it may read another generation. */
  readonly volatility: 'immutable' | 'stable' | 'volatile';
}

/** Everything the API learns of a generation, in `artifacts` under the kind `catalog`. */
export interface Catalog {
  readonly relations: readonly CatalogRelation[];
  /** Functions outside pg_catalog; absent when nobody looked, and then `@call` is not held against them. */
  readonly functions?: readonly CatalogFunction[];
}

/** One SDL file, in `artifacts` under the kind `sdl`. */
export interface SdlSource {
  /** Relative to the project, `schema/customer.graphql`. */
  readonly file: string;
  readonly text: string;
}
