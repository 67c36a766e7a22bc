/** Which tests come along with the nodes selected, in dbt's words. */
export type IndirectSelection = 'eager' | 'cautious' | 'buildable' | 'empty';

/** One criterion: `2+tag:nightly+1`. */
export interface Criterion {
  readonly kind: 'criterion';
  /** As written, for messages. */
  readonly text: string;
  readonly method: string;
  /** `config.materialized` has the arguments [`materialized`]. */
  readonly args: readonly string[];
  readonly value: string;
  readonly parents: number | null;
  readonly children: number | null;
  readonly childrensParents: boolean;
  readonly indirect: IndirectSelection;
}

/** What is selected, as a tree. */
export type Spec =
  | Criterion
  | { readonly kind: 'union' | 'intersection'; readonly of: readonly Spec[] }
  | { readonly kind: 'difference'; readonly of: Spec; readonly without: Spec };

/** Selects everything. */
export const everything: Spec = {
  kind: 'criterion',
  text: '*',
  method: 'fqn',
  args: [],
  value: '*',
  parents: null,
  children: null,
  childrensParents: false,
  indirect: 'eager',
};
