/**
 * The project's SDL, bound to the relations of one generation. Plain data: a publish checks it and can store it; the
 * planner reads nothing else.
 */
export interface BoundSchema {
  /** The public contract with every generated type and without binding directives, ready for `buildSchema`. */
  readonly sdl: string;
  readonly relations: Readonly<Record<string, BoundRelation>>;
  /** Object, interface and union types that come from relations; namespaces such as Query and Warehouse. */
  readonly types: Readonly<Record<string, BoundType>>;
  /** By enum type: its values and how each is stored. */
  readonly enums: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly metrics: BoundMetrics;
  /** The project's time zone: grains are cut in it. */
  readonly timezone: string;
  /** thau's own schema, where the pointer stands. */
  readonly stateSchema: string;
}

export interface BoundRelation {
  readonly model: string;
  /** What stands after FROM: a quoted physical relation, or a subselect over thau's own tables. */
  readonly from: string;
  /** Rows that a publish alone changes; thau's own tables change at any time and are never cached. */
  readonly published: boolean;
  readonly columns: Readonly<Record<string, BoundColumn>>;
  readonly unique: readonly (readonly string[])[];
  readonly indexes: readonly (readonly string[])[];
  readonly estimatedRows: number;
}

export interface BoundColumn {
  readonly name: string;
  /** PostgreSQL's type without modifiers: `numeric`, `timestamp with time zone`, `text[]`. */
  readonly type: string;
  readonly notNull: boolean;
  readonly acceptedValues?: readonly string[];
}

export type BoundType = BoundObject | BoundAbstract | BoundNamespace;

/** A type whose values are rows. */
export interface BoundObject {
  readonly kind: 'object';
  readonly name: string;
  readonly model: string;
  readonly key: readonly string[];
  /** A shape among several of one relation: `column = value` makes a row one of these. */
  readonly variant?: { readonly column: string; readonly value: string };
  /** A model of keys that were given up, `previous_<key>`, and the key that stands for each now. */
  readonly moved?: string;
  readonly fields: Readonly<Record<string, BoundField>>;
}

/** An interface or union over one relation; each row's type is named by a column. */
export interface BoundAbstract {
  readonly kind: 'abstract';
  readonly name: string;
  readonly model: string;
  readonly key: readonly string[];
  readonly discriminator: string;
  /** Stored value → object type. */
  readonly variants: Readonly<Record<string, string>>;
  /** The interface's own fields, for filters and orders; a union has none. */
  readonly fields: Readonly<Record<string, BoundField>>;
}

/** An object without rows of its own: Query, or a type that only groups fields. */
export interface BoundNamespace {
  readonly kind: 'namespace';
  readonly name: string;
  readonly fields: Readonly<Record<string, BoundField>>;
}

export type BoundField =
  | ColumnField
  | IdField
  | OneField
  | ManyField
  | AggregateField
  | CallField
  | NodeField
  | EventField
  | PreviewField
  | FigureField
  | SimpleField;

export interface ColumnField {
  readonly kind: 'column';
  readonly column: string;
  /** The named GraphQL type. */
  readonly type: string;
  /** PostgreSQL's type of the column, an array's element type. */
  readonly pgType: string;
  readonly array: boolean;
  /** `[T!]`: an element that is NULL is a fault. */
  readonly itemsNonNull: boolean;
  readonly nonNull: boolean;
  /** NULL cannot come: the catalog proves it. */
  readonly notNull: boolean;
  readonly pii?: string;
  readonly unit?: string;
}

/** The key as a global id. */
export interface IdField {
  readonly kind: 'id';
  readonly columns: readonly string[];
}

export interface Join {
  readonly from: string;
  readonly to: string;
}

/** A hop through a relation that ties the two: parent.from → via.from, via.to → target.to. */
export interface ViaJoin {
  readonly model: string;
  readonly from: readonly Join[];
  readonly to: readonly Join[];
  readonly where?: string;
}

export interface WhereArgument {
  readonly argument: string;
  readonly column: string;
  readonly op: 'EQ' | 'NE' | 'IN' | 'LT' | 'LTE' | 'GT' | 'GTE' | 'CONTAINS' | 'SEARCH';
  readonly pgType: string;
}

/** One field of a lookup such as `CustomerBy`. */
export type Lookup =
  | { readonly kind: 'key' }
  | { readonly kind: 'column'; readonly column: string; readonly pgType: string; readonly type: string }
  | {
      /** A value in a relation that lists each row's identifiers. */
      readonly kind: 'identifier';
      readonly model: string;
      readonly typeColumn: string;
      readonly types: readonly string[];
      readonly valueColumn: string;
      readonly on: readonly Join[];
      readonly type: string;
      /** The target's own column of that name, where it has one. */
      readonly column?: string;
    };

interface RelationField {
  /** The type at the other end: an object or abstract type. */
  readonly target: string;
  /** Empty for roots. */
  readonly on: readonly Join[];
  readonly via?: ViaJoin;
  readonly where: readonly WhereArgument[];
}

/** A set-returning function in the place of a relation: `customers_as_of($2)`. */
export interface RowCall {
  readonly function: string;
  readonly arguments: readonly { readonly name: string; readonly type: string }[];
}

export interface OneField extends RelationField {
  readonly kind: 'one';
  readonly nonNull: boolean;
  /** The row comes from this function, which has the target relation's columns. */
  readonly call?: RowCall;
  /** A root's argument that names one row. */
  readonly by?: { readonly argument: string; readonly lookups: Readonly<Record<string, Lookup>> };
  /** Arguments that are equal to key columns, `customer(id: ID!)`. */
  readonly keyArguments: readonly { readonly argument: string; readonly lookup: Lookup }[];
}

export interface OrderTerm {
  readonly column: string;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

export interface ManyField extends RelationField {
  readonly kind: 'many';
  readonly shape: 'list' | 'connection';
  readonly order: readonly OrderTerm[];
  /** Which generated arguments the field has; an SDL argument of the same name takes its place. */
  readonly arguments: readonly ('first' | 'last' | 'before' | 'after' | 'filter' | 'orderBy')[];
}

export interface AggregateField extends RelationField {
  readonly kind: 'aggregate';
}

export interface CallField {
  readonly kind: 'call';
  /** Quoted, with its schema when SDL or catalog name one. */
  readonly function: string;
  /** Columns passed first: the row's key. */
  readonly key: readonly string[];
  readonly arguments: readonly {
    readonly name: string;
    readonly type: string;
    readonly globalIdOf?: string;
  }[];
  readonly type: string;
  readonly nonNull: boolean;
}

/** `node(id)` and `nodes(ids)`: the type is in the id. */
export interface NodeField {
  readonly kind: 'node' | 'nodes';
}

/** A field of Subscription that is told of one row after another; the API says of which. */
export interface EventField {
  readonly kind: 'event';
  readonly target: string;
  readonly model: string;
}

/** `previewSegment`: a type of figures and lists over the rows that a rule finds. */
export interface PreviewField {
  readonly kind: 'preview';
  readonly type: string;
  /** The type whose rows the rule is about. */
  readonly target: string;
}

/** A number about the rows that a rule finds. */
export interface FigureField {
  readonly kind: 'figure';
  readonly figure: 'size' | 'total' | 'share';
}

export interface SimpleField {
  /** `namespace`: a type that groups fields; `metrics`: flat metric rows. */
  readonly kind: 'namespace' | 'metrics';
  readonly type: string;
}

/** The metrics a schema answers; what each is made of stands in src/semantic's terms and is opaque here. */
export interface BoundMetrics {
  /** Dimension → its field in MetricRow. */
  readonly dimensions: readonly MetricDimension[];
  /** As src/semantic declares them. */
  readonly definitions: unknown;
}

export interface MetricDimension {
  /** The dimension's name in YAML. */
  readonly name: string;
  /** Its field in MetricRow. */
  readonly field: string;
  readonly type: 'String' | 'Boolean' | 'Int' | 'Float' | 'Date' | 'DateTime' | 'Decimal' | 'BigInt';
}
