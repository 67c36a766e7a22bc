/** A column of both relations whose type differs. */
export interface RetypedColumn {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** One row that differs; `key` is empty where the relation has none. */
export interface SampleRow {
  readonly key: Readonly<Record<string, unknown>>;
  /** The whole row, for added and removed ones. */
  readonly row?: Readonly<Record<string, unknown>>;
  /** Column to [before, after], for changed ones. */
  readonly changes?: Readonly<Record<string, readonly [unknown, unknown]>>;
}

/** What differs between two states of one relation. Without a key a change is one row removed and one added. */
export interface RelationDiff {
  readonly key: readonly string[];
  readonly columns: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly retyped: readonly RetypedColumn[];
  };
  readonly rows: {
    readonly before: number;
    readonly after: number;
    readonly added: number;
    readonly removed: number;
    readonly changed: number;
  };
  /** Of the changed rows, how many differ in each column; columns that never differ are left out. */
  readonly changedColumns: Readonly<Record<string, number>>;
  readonly samples: {
    readonly added: readonly SampleRow[];
    readonly removed: readonly SampleRow[];
    readonly changed: readonly SampleRow[];
  };
}

/** Whether anything differs. */
export function isDifferent({ columns, rows }: RelationDiff): boolean {
  const { added, removed, retyped } = columns;
  return added.length + removed.length + retyped.length + rows.added + rows.removed + rows.changed > 0;
}
