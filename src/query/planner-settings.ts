/** What bounds a request; the defaults are `defaultPlannerSettings`. */
export interface PlannerSettings {
  /** Levels of selections. */
  readonly maxDepth: number;
  /** Fields of all selections, after fragments are spread and repeated keys merged. */
  readonly maxFields: number;
  /** Rows of a page or of a list with `first`. */
  readonly maxPageSize: number;
  /** Rows of a page when neither `first` nor `last` is given. */
  readonly defaultPageSize: number;
  /** Rows that one event of a subscription tells at most. */
  readonly maxArrivals: number;
  /** Rows from which a relation counts as large: then filters and orders need an index. */
  readonly largeRelation: number;
  /** Plans kept per schema. */
  readonly cachedPlans: number;
  /** Signs cursors, so that only positions that were handed out are taken back. */
  readonly cursorSecret: string;
  /** The column that says whose data a row is; undefined: answers do not tell whose personal data they show. */
  readonly auditSubject?: string | undefined;
  /** PostgreSQL has JSON_SCALAR: 17 and newer. */
  readonly jsonScalar: boolean;
}

export const defaultPlannerSettings: PlannerSettings = {
  maxDepth: 30,
  maxFields: 5_000,
  maxPageSize: 1_000,
  defaultPageSize: 100,
  maxArrivals: 10_000,
  largeRelation: 100_000,
  cachedPlans: 2_000,
  cursorSecret: '',
  jsonScalar: true,
};
