import type { Tree } from '../parse-sql.js';
import type { Column, ColumnsOf, Origin, Scope } from './scope.js';

/** What a walk over one statement gathers on its way. */
export class Walk {
  private readonly seen = new Map<string, Origin>();
  private readonly missing = new Set<string>();

  /** `select`: the columns of a query; queries, expressions and FROM items hold each other, and meet here. */
  constructor(
    readonly columnsOf: ColumnsOf,
    private readonly select: (query: Tree, outer: Scope, walk: Walk) => readonly Column[],
  ) {}

  /** The columns of a subquery. */
  columns(query: Tree, outer: Scope): readonly Column[] {
    return this.select(query, outer, this);
  }

  get reads(): Origin[] {
    return [...this.seen.values()];
  }

  get unresolved(): string[] {
    return [...this.missing];
  }

  read(origins: readonly Origin[]): void {
    for (const origin of origins) this.seen.set(originKey(origin), origin);
  }

  miss(name: string): void {
    this.missing.add(name);
  }
}

/** Equal origins have equal keys. */
export function originKey({ schema, relation, column }: Origin): string {
  return JSON.stringify([schema, relation, column]);
}

/** Each origin once, in order of first appearance. */
export function distinct(origins: Iterable<Origin>): Origin[] {
  return [...new Map([...origins].map((origin) => [originKey(origin), origin])).values()];
}
