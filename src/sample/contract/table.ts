/** A column of a raw table. */
export interface RawColumn {
  readonly name: string;
  /** PostgreSQL's name of the type: `text` wherever the source lets a value through unchecked. */
  readonly type: 'text' | 'integer' | 'numeric' | 'boolean' | 'date' | 'timestamptz' | 'double precision';
  readonly meaning: string;
}

/** A raw table: where it stands, what one row is, its columns in file order. */
export interface RawTable {
  /** The system it came from; the schema is `raw_<source>`, the file `<source>/<name>.csv`. */
  readonly source: string;
  readonly name: string;
  /** What one row is. */
  readonly grain: string;
  /** What is odd about it: duplicates, late rows, junk. */
  readonly oddities?: string;
  readonly columns: readonly RawColumn[];
}

/** Writes a table's columns as lines of `name type meaning`, the order being the file's. */
export function rawTable(
  source: string,
  name: string,
  grain: string,
  columns: string,
  oddities?: string,
): RawTable {
  const parsed = columns
    .trim()
    .split('\n')
    .map((line): RawColumn => {
      const found = /^\s*(\w+)\s+(double precision|\w+)\s+(.+?)\s*$/.exec(line);
      if (!found) throw new Error(`a column line reads "name type meaning", not: ${line}`);
      return { name: found[1] ?? '', type: found[2] as RawColumn['type'], meaning: found[3] ?? '' };
    });
  const loaded: RawColumn = {
    name: '_loaded_at',
    type: 'timestamptz',
    meaning: 'when the row arrived in the warehouse',
  };
  return {
    source,
    name,
    grain,
    columns: [...parsed, loaded],
    ...(oddities === undefined ? {} : { oddities }),
  };
}

/** `raw_crm.contacts` */
export function relationOf(table: RawTable): string {
  return `raw_${table.source}.${table.name}`;
}
