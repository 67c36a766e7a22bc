import {
  Kind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { DocumentLimits } from '../settings.js';
import { conditionalSubscription } from './conditional-subscription.js';
import { graphqlFault } from './graphql-fault.js';

interface Count {
  /** Fields at the top, where fragments are spread. */
  top: number;
  depth: number;
  fields: number;
  aliases: number;
  directives: number;
}

/**
 * Holds a document against the limits before it is validated: some of graphql-js' rules compare every two fields of
 * a selection. Each fragment is measured once and the measure added wherever it is spread, so a document that grows
 * exponentially by fragments is refused without being walked. Unknown fragments and cycles are left to validation; what
 * that would throw of is refused here too.
 */
export function limitFault(document: DocumentNode, limits: DocumentLimits): GraphQLError | undefined {
  const measure = new Measure(document);
  for (const definition of document.definitions) {
    const fault =
      definition.kind === Kind.OPERATION_DEFINITION || definition.kind === Kind.FRAGMENT_DEFINITION
        ? faultOf(definition, measure.definition(definition), limits)
        : undefined;
    if (fault !== undefined) return fault;
  }
  return conditionalSubscription(document);
}

function faultOf(
  definition: OperationDefinitionNode | FragmentDefinitionNode,
  count: Count,
  limits: DocumentLimits,
): GraphQLError | undefined {
  const checks: readonly (readonly [string, number, number])[] = [
    ['levels', count.depth, limits.depth],
    ['fields', count.fields, limits.fields],
    ['aliases', count.aliases, limits.aliases],
    ['root fields', definition.kind === Kind.OPERATION_DEFINITION ? count.top : 0, limits.roots],
    ['directives', count.directives, limits.directives],
  ];
  const broken = checks.find(([, asked, allowed]) => asked > allowed);
  if (broken === undefined) return undefined;
  const [what, asked, allowed] = broken;
  return graphqlFault(
    'LIMIT_EXCEEDED',
    `The document has ${asked} ${what}; at most ${allowed} are answered.`,
    {
      status: 400,
      hint: 'Split it into several requests.',
      nodes: [definition],
    },
  );
}

class Measure {
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  readonly #measured = new Map<string, Count>();

  constructor(document: DocumentNode) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION)
        this.#fragments.set(definition.name.value, definition);
    }
  }

  definition(definition: OperationDefinitionNode | FragmentDefinitionNode): Count {
    const count = { ...this.#selections(definition.selectionSet) };
    count.directives += definition.directives?.length ?? 0;
    return count;
  }

  #selections(set: SelectionSetNode): Count {
    const total: Count = { top: 0, depth: 0, fields: 0, aliases: 0, directives: 0 };
    for (const selection of set.selections) {
      total.directives += selection.directives?.length ?? 0;
      if (selection.kind === Kind.FIELD) {
        total.fields += 1;
        if (selection.alias !== undefined) total.aliases += 1;
        const inner =
          selection.selectionSet === undefined ? undefined : this.#selections(selection.selectionSet);
        // the levels of an introspection query are its form, not its cost
        const own = selection.name.value.startsWith('__') ? 1 : 1 + (inner?.depth ?? 0);
        add(total, { ...(inner ?? none), top: 1, depth: own });
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        add(total, this.#selections(selection.selectionSet));
      } else {
        add(total, this.#fragment(selection.name.value));
      }
    }
    return total;
  }

  #fragment(name: string): Count {
    const known = this.#measured.get(name);
    if (known !== undefined) return known;
    const fragment = this.#fragments.get(name);
    // within a cycle the fragment counts for nothing: validation names the cycle
    this.#measured.set(name, none);
    const count = fragment === undefined ? none : this.#selections(fragment.selectionSet);
    this.#measured.set(name, count);
    return count;
  }
}

const none: Count = { top: 0, depth: 0, fields: 0, aliases: 0, directives: 0 };

function add(total: Count, more: Count): void {
  total.top += more.top;
  total.depth = Math.max(total.depth, more.depth);
  total.fields += more.fields;
  total.aliases += more.aliases;
  total.directives += more.directives;
}
