import { ThauError } from '../../errors/thau-error.js';
import type { Manifest } from '../manifest.js';
import type { PreviousState } from './previous-state.js';
import { canonical, type Contract, contractOf } from './state-parts.js';

export interface BrokenContract {
  readonly nodeId: string;
  readonly error: ThauError;
  /** A versioned model promised: breaking it is an error, otherwise a warning. */
  readonly versioned: boolean;
}

/**
 * What breaks whoever relies on an enforced contract of the earlier state: the contract or a column gone, a type or
 * a constraint changed, constraints that a view does not hold, a model removed.
 */
export function brokenContracts(previous: PreviousState, manifest: Manifest): BrokenContract[] {
  return [...previous.ids].flatMap((id): BrokenContract[] => {
    const before = previous.contract(id);
    if (before === null || !id.startsWith('model.')) return [];
    const node = manifest.nodes[id];
    const changes =
      node === undefined
        ? ['the model was removed']
        : breaking(before, contractOf(node), node.config.materialized);
    if (changes.length === 0) return [];
    const versioned = previous.version(id) !== null;
    const name = node?.name ?? id.split('.').slice(2).join('.');
    return [
      {
        nodeId: id,
        versioned,
        error: new ThauError(
          'PROJECT_CONTRACT_BROKEN',
          `the contract of "${name}" was changed in a way that breaks its readers: ${changes.join('; ')}`,
          {
            ...(node?.declared_at && { at: node.declared_at }),
            hint: versioned
              ? 'Keep the version as it was, and add a new version of the model.'
              : 'Make it a new version of the model, so that readers can follow in their own time.',
          },
        ),
      },
    ];
  });
}

function breaking(before: Contract, now: Contract | null, materialized: string): string[] {
  if (now === null) return ['it is no longer enforced'];
  const columns = new Map(now.columns.map((column) => [column.name, column]));
  const held = (of: { readonly materialized: string }): boolean =>
    of.materialized === 'table' || of.materialized === 'incremental';
  const lost = (old: readonly unknown[], kept: readonly unknown[]): boolean => {
    const known = new Set(kept.map(canonical));
    return held(before) && old.some((one) => !known.has(canonical(one)));
  };
  const changes = before.columns.flatMap((old): string[] => {
    const column = columns.get(old.name);
    if (column === undefined) return [`column "${old.name}" was removed`];
    return [
      ...(column.data_type === old.data_type
        ? []
        : [`column "${old.name}" was ${old.data_type ?? 'untyped'} and is ${column.data_type ?? 'untyped'}`]),
      ...(lost(old.constraints, column.constraints) ? [`column "${old.name}" lost a constraint`] : []),
    ];
  });
  if (lost(before.constraints, now.constraints)) changes.push('the model lost a constraint');
  const constrained =
    before.constraints.length > 0 || before.columns.some((one) => one.constraints.length > 0);
  if (held(before) && !held({ materialized }) && constrained)
    changes.push(`it is materialized as ${materialized}, which holds no constraints`);
  return changes;
}
