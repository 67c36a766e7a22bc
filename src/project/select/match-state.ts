import type { PreviousState } from '../state/previous-state.js';
import { type AnyNode, type StatePart, stateParts } from '../state/state-parts.js';

/**
 * `state:<value>`: whether a node is new, or changed since the earlier state; undefined for a value dbt does not
 * know. `modified` is any part: body, configs, relation, descriptions that reach the database, contract, macros, and
 * the node's place in the project; what is new is modified too.
 */
export function matchesState(
  value: string,
  previous: PreviousState,
): ((node: AnyNode, id: string) => boolean) | undefined {
  const isNew = (id: string): boolean => !previous.ids.has(id);
  const part = (name: StatePart | 'fqn') => (node: AnyNode) => previous.differs(node, name);
  const modified = (node: AnyNode, id: string): boolean =>
    isNew(id) ||
    [...stateParts, 'fqn' as const].some((name) => part(name)(node)) ||
    previous.macrosDiffer(node);
  switch (value) {
    case 'new':
      return (_node, id) => isNew(id);
    case 'old':
      return (_node, id) => !isNew(id);
    case 'modified':
      return modified;
    case 'unmodified':
      return (node, id) => !modified(node, id);
    case 'modified.macros':
      return (node) => previous.macrosDiffer(node);
  }
  const wanted = stateParts.find((name) => value === `modified.${name}`);
  return wanted && ((node, id) => isNew(id) || part(wanted)(node));
}
