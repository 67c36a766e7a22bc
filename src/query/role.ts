/** What a caller may see, as the plan compiles it in. */
export interface Role {
  /** Tells roles of different shape apart; plans are cached under it. */
  readonly key: string;
  /** By kind of `@pii`: how a value is shown. Kinds not named are shown as they are. */
  readonly masks: Readonly<Partial<Record<string, Mask>>>;
  /** Only rows whose column equals the caller's claim. */
  readonly rowFilters: readonly RowFilter[];
  /** Rows may be looked up by masked columns, as a call centre does by phone. */
  readonly mayLookup: boolean;
  /** Runs, requests, schedules and the SQL of metrics may be read. */
  readonly mayOperate: boolean;
  /** Rules of segments may be read, and written. */
  readonly maySegment?: boolean;
  /** Aggregates over fewer rows are left out; 1 leaves out none. */
  readonly minGroup: number;
}

/** `null`: nothing is shown; `hash`: a keyless digest, the same for the same value; `partial`: a recognisable rest. */
export type Mask = 'null' | 'hash' | 'partial';

export interface RowFilter {
  readonly column: string;
  /** The claim in the caller's token or key. */
  readonly claim: string;
  /** Models the filter does not concern: reference data such as products. */
  readonly except: readonly string[];
}
