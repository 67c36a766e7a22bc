/** A column of a stored relation. */
export interface Origin {
  readonly schema?: string;
  readonly relation: string;
  readonly column: string;
}

/** A column of a query with what its value comes from; an empty list is a constant. */
export interface Column {
  readonly name: string;
  readonly from: readonly Origin[];
}

export type ColumnsOf = (schema: string | undefined, relation: string) => readonly string[] | undefined;

/** One item of FROM as expressions see it. */
export interface Source {
  /** What qualifies its columns: the alias, else the relation's name; undefined for an unnamed join. */
  readonly alias?: string;
  readonly schema?: string;
  readonly columns: readonly Column[];
  /** Its columns are not known: any name may be one of them, and then comes from these. */
  readonly open?: readonly Origin[];
}

/** What names mean at one place of a query: FROM's items, common table expressions, and the query around it. */
export class Scope {
  private readonly sources: Source[] = [];
  private readonly ctes = new Map<string, readonly Column[]>();
  /** Columns of USING and NATURAL joins stand once, before the others. */
  private merged: Column[] = [];

  constructor(private readonly outer?: Scope) {}

  add(source: Source): void {
    this.sources.push(source);
  }

  merge(columns: readonly Column[]): void {
    this.merged = [
      ...this.merged.filter(({ name }) => !columns.some((column) => column.name === name)),
      ...columns,
    ];
  }

  define(name: string, columns: readonly Column[]): void {
    this.ctes.set(name, columns);
  }

  cte(name: string): readonly Column[] | undefined {
    return this.ctes.get(name) ?? this.outer?.cte(name);
  }

  /** `name` alone: a merged column, else any source's, else the outer query's. */
  column(name: string): readonly Origin[] | undefined {
    const merged = this.merged.find((column) => column.name === name);
    if (merged) return merged.from;
    for (const source of this.sources) {
      const found = source.columns.find((column) => column.name === name);
      if (found) return found.from;
    }
    // a source's own name stands for its whole row
    const row = this.source(undefined, name);
    if (row) return everything(row);
    const outer = this.outer?.column(name);
    if (outer) return outer;
    const open = this.sources.filter((source) => source.open !== undefined);
    return open.length === 0 ? undefined : open.flatMap((source) => source.open ?? []);
  }

  /** `alias.name`. */
  qualified(schema: string | undefined, alias: string, name: string): readonly Origin[] | undefined {
    const source = this.source(schema, alias);
    if (!source) return this.outer?.qualified(schema, alias, name);
    return source.columns.find((column) => column.name === name)?.from ?? source.open;
  }

  /** `*`, or `alias.*`. */
  star(schema?: string, alias?: string): readonly Column[] | undefined {
    if (alias !== undefined) return this.source(schema, alias)?.columns ?? this.outer?.star(schema, alias);
    const hidden = new Set(this.merged.map(({ name }) => name));
    const rest = this.sources.flatMap((source) => source.columns).filter(({ name }) => !hidden.has(name));
    return [...this.merged, ...rest];
  }

  private source(schema: string | undefined, alias: string): Source | undefined {
    return this.sources.find(
      (source) => source.alias === alias && (schema === undefined || source.schema === schema),
    );
  }
}

export function everything(source: Source): readonly Origin[] {
  return [...source.columns.flatMap((column) => column.from), ...(source.open ?? [])];
}

/** The first columns under other names: `t(a, b)`. */
export function renamed(columns: readonly Column[], aliases: readonly string[]): readonly Column[] {
  return columns.map((column, index) => ({ ...column, name: aliases[index] ?? column.name }));
}
