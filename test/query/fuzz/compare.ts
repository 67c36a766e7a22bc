import {
  Kind,
  parse,
  print,
  validate,
  visit,
  type ASTNode,
  type DocumentNode,
  type ExecutionResult,
} from 'graphql';
import type { Asker } from '../ask.js';
import type { Generated } from './generate.js';
import type { Reference } from './reference.js';

/** What differs between the compiled answer and the reference's; undefined when nothing does. */
export async function difference(
  asker: Asker,
  reference: Reference,
  { text, variables }: Generated,
): Promise<string | undefined> {
  const document = parse(text);
  let compiled: string;
  try {
    compiled = canonical(await asker.run({ document, variables }));
  } catch (error) {
    compiled = `threw ${String(error)}\n${asker.statements.at(-1) ?? ''}`;
  }
  const wanted = canonical(reference.execute(document, variables));
  return compiled === wanted ? undefined : `compiled:  ${compiled}\nreference: ${wanted}`;
}

/** Data with the order of its keys, and errors by message and path. */
const canonical = (result: ExecutionResult): string =>
  JSON.stringify({
    data: result.data,
    errors: (result.errors ?? []).map(({ message, path }) => [message, path]),
  });

export function isValid(asker: Asker, generated: Generated): boolean {
  try {
    return validate(asker.schema, parse(generated.text)).length === 0;
  } catch {
    return false;
  }
}

/** Takes out of a differing document whatever it differs without. */
export async function minimise(asker: Asker, reference: Reference, found: Generated): Promise<Generated> {
  let smallest = found;
  for (let shrunk = true; shrunk;) {
    shrunk = false;
    for (const text of smaller(parse(smallest.text))) {
      const names = new Set([...text.matchAll(/\$(\w+)/g)].map((match) => match[1]));
      const candidate = {
        text,
        variables: Object.fromEntries(Object.entries(smallest.variables).filter(([name]) => names.has(name))),
      };
      if (!isValid(asker, candidate) || (await difference(asker, reference, candidate)) === undefined)
        continue;
      smallest = candidate;
      shrunk = true;
      break;
    }
  }
  return smallest;
}

/** The document without one of its selections, arguments, directives, object fields, fragments or variables. */
function* smaller(document: DocumentNode): Generator<string> {
  const removable = new Set([
    'Field',
    'InlineFragment',
    'FragmentSpread',
    'Argument',
    'Directive',
    'ObjectField',
    'FragmentDefinition',
    'VariableDefinition',
  ]);
  let count = 0;
  visit(document, {
    enter: (node: ASTNode) => {
      if (removable.has(node.kind)) count++;
    },
  });
  for (let target = 0; target < count; target++) {
    let index = 0;
    const edited: DocumentNode = visit(document, {
      enter: (node: ASTNode) => {
        if (!removable.has(node.kind)) return undefined;
        return index++ === target ? null : undefined;
      },
    });
    const used = new Set(
      [
        ...print({
          ...edited,
          definitions: edited.definitions.map((node) =>
            'variableDefinitions' in node ? { ...node, variableDefinitions: [] } : node,
          ),
        }).matchAll(/\$(\w+)/g),
      ].map((match) => match[1]),
    );
    const spread = new Set([...print(edited).matchAll(/\.\.\.(F\d+)/g)].map((match) => match[1]));
    const pruned: DocumentNode = {
      ...edited,
      definitions: edited.definitions
        .filter((node) => node.kind !== Kind.FRAGMENT_DEFINITION || spread.has(node.name.value))
        .map((node) =>
          node.kind === Kind.OPERATION_DEFINITION
            ? {
                ...node,
                variableDefinitions: (node.variableDefinitions ?? []).filter((item) =>
                  used.has(item.variable.name.value),
                ),
              }
            : node,
        ),
    };
    try {
      yield print(pruned);
    } catch {
      // a selection that lost its last field cannot be printed
    }
  }
}
