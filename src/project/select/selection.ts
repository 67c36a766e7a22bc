/** How tests of a selected node's neighbourhood come along: dbt's `--indirect-selection`. */
export type IndirectSelection = 'eager' | 'cautious' | 'buildable' | 'empty';

/** What to select, as plain data: criteria joined by set operations. */
export type Selection = Criteria | Combination;

/** One criterion: `[@][n+]method[.argument]:value[+n]`. */
export interface Criteria {
  readonly kind: 'criteria';
  /** As it was written, for messages. */
  readonly raw: string;
  readonly method: SelectionMethod;
  /** `materialized` of `config.materialized:view`. */
  readonly arguments: readonly string[];
  readonly value: string;
  /** `@`: descendants, and every ancestor they need. */
  readonly childrensParents: boolean;
  /** Generations of ancestors; Infinity for a bare `+`, 0 for none. */
  readonly parents: number;
  /** Generations of descendants. */
  readonly children: number;
  /** Set only by a selector of selectors.yml; else the command's. */
  readonly indirect?: IndirectSelection;
}

/** `difference` takes the later parts from the first. */
export interface Combination {
  readonly kind: 'union' | 'intersection' | 'difference';
  readonly parts: readonly Selection[];
  /** The words of the command line that must match something, or a warning says so. */
  readonly expected?: string;
}

/** Every method that a selection uses. */
export function methodsOf(selection: Selection): Set<string> {
  if (selection.kind === 'criteria') return new Set([selection.method]);
  return new Set(selection.parts.flatMap((part) => [...methodsOf(part)]));
}

export const selectionMethods = [
  'fqn',
  'tag',
  'group',
  'access',
  'source',
  'path',
  'file',
  'package',
  'config',
  'test_name',
  'test_type',
  'resource_type',
  'state',
  'exposure',
  'metric',
  'result',
  'source_status',
  'version',
  'semantic_model',
  'saved_query',
  'unit_test',
] as const;

export type SelectionMethod = (typeof selectionMethods)[number];
