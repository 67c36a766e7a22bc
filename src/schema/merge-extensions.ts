import type { DefinitionNode, DocumentNode, NameNode } from 'graphql';

/**
 * The same schema with every `extend type` put into the type it extends: some tools (Relay's compiler) take an
 * extension for something that only the client knows.
 */
export function mergeExtensions(document: DocumentNode): DocumentNode {
  const merged = new Map<string, Parts & { kind: string }>();
  const others: DefinitionNode[] = [];
  const extensions: DefinitionNode[] = [];
  for (const node of document.definitions) {
    if (node.kind.endsWith('TypeExtension')) extensions.push(node);
    else if (node.kind.endsWith('TypeDefinition')) {
      const type = node as unknown as Parts & { kind: string };
      merged.set(type.name.value, { ...type });
    } else others.push(node);
  }
  for (const node of extensions) {
    const part = node as unknown as Parts;
    const type = merged.get(part.name.value);
    if (type === undefined) others.push(node);
    else for (const list of lists) if (part[list]) type[list] = [...(type[list] ?? []), ...part[list]];
  }
  return {
    ...document,
    definitions: [...others, ...(merged.values() as Iterable<unknown> as Iterable<DefinitionNode>)],
  };
}

const lists = ['fields', 'interfaces', 'directives', 'values', 'types'] as const;

/** What every kind of type, or extension of one, may have. */
type Parts = { name: NameNode } & Partial<Record<(typeof lists)[number], readonly unknown[]>>;
