import { Kind, parse, Source, type DefinitionNode, type FieldDefinitionNode, type TypeNode } from 'graphql';
import type { Findings } from './finding.js';
import type { TypeDeclaration } from './read-sdl.js';
import { systemParts } from './system-sdl.js';

/**
 * thau's own parts of the schema, each unless the project writes one of its types or root fields: what the project
 * declares wins, and whole. Fields of the parts that stay lose what led into a part that went, and a root field that
 * went because of nothing but the name of a type is told.
 */
export function systemDefinitions(
  types: ReadonlyMap<string, TypeDeclaration>,
  findings: Findings,
): DefinitionNode[] {
  const roots = new Set(
    ['Query', 'Subscription'].flatMap((root) =>
      (types.get(root)?.fields ?? []).map((field) => `${root}.${field.name.value}`),
    ),
  );
  const gone = new Set<string>();
  const kept: DefinitionNode[] = [];
  for (const { file, text } of systemParts) {
    const { definitions } = parse(new Source(text, file));
    const declared = definitions.flatMap((node) => nameOf(node) ?? []);
    const fields = definitions.flatMap((node) =>
      node.kind === Kind.OBJECT_TYPE_EXTENSION
        ? (node.fields ?? []).map((field) => `${node.name.value}.${field.name.value}`)
        : [],
    );
    const taken = declared.filter((name) => types.has(name));
    const isAnswered = fields.some((name) => roots.has(name));
    if (taken.length === 0 && !isAnswered) {
      kept.push(...definitions);
      continue;
    }
    for (const name of declared) gone.add(name);
    for (const name of isAnswered ? [] : taken) {
      findings.warn(
        'SCHEMA_NAME_TAKEN',
        `type ${name} is the project's own, so ${fields.join(' and ')} of thau (${file}), which declares a type ${name} too, is left out`,
        types.get(name)?.node,
        `Give the type another name to have both, or declare ${fields[0]} as it is wanted.`,
      );
    }
  }
  return kept
    .map((node) => without(node, gone))
    .filter((node) => !('fields' in node) || node.fields.length !== 0);
}

const nameOf = (node: DefinitionNode): string | undefined =>
  node.kind.endsWith('TypeDefinition') && 'name' in node ? node.name.value : undefined;

/** The definition without the fields of a type that is not thau's any more. */
function without(node: DefinitionNode, gone: ReadonlySet<string>): DefinitionNode {
  if (node.kind !== Kind.OBJECT_TYPE_DEFINITION && node.kind !== Kind.OBJECT_TYPE_EXTENSION) return node;
  return { ...node, fields: (node.fields ?? []).filter((field) => !gone.has(typeOf(field))) };
}

function typeOf(field: FieldDefinitionNode): string {
  let type: TypeNode = field.type;
  while (type.kind !== Kind.NAMED_TYPE) type = type.type;
  return type.name.value;
}
