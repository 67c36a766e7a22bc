import {
  GraphQLError,
  Kind,
  parse,
  print,
  Source,
  type DefinitionNode,
  type DirectiveDefinitionNode,
  type DirectiveNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  type NameNode,
  type TypeDefinitionNode,
} from 'graphql';
import { bindingDirectives, commonSdl, directivesSdl } from './built-in-sdl.js';
import type { SdlSource } from './catalog.js';
import type { Findings } from './finding.js';
import { isSdlFile } from './operation-file.js';
import { systemDefinitions } from './system-definitions.js';

/** A project's SDL, parsed and merged with what thau supplies; extensions stay beside what they extend. */
export interface SdlDocument {
  readonly definitions: readonly DefinitionNode[];
  readonly types: ReadonlyMap<string, TypeDeclaration>;
}

/** A type with everything that its definition and extensions say. */
export interface TypeDeclaration {
  readonly name: string;
  readonly kind: TypeDefinitionNode['kind'];
  readonly node: TypeDefinitionNode;
  readonly directives: readonly DirectiveNode[];
  readonly fields: readonly FieldDefinitionNode[];
  readonly interfaces: readonly string[];
  readonly values: readonly NameNode[];
  readonly members: readonly string[];
  /** Input fields, as name and type node. */
  readonly inputs: readonly InputValueDefinitionNode[];
}

/** Parses the files and adds the directives, scalars and common types that they leave out. */
export function readSdl(sources: readonly SdlSource[], findings: Findings): SdlDocument {
  const own: DefinitionNode[] = [];
  for (const { file, text } of sources) {
    if (text.trim() === '' || !isSdlFile(file)) continue;
    const source = new Source(text, file);
    try {
      own.push(...parse(source).definitions);
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      // a file of comments alone is no document to graphql-js, yet nothing is wrong with it
      if (/^\s*(#.*\s*)*$/.test(text)) continue;
      findings.error('SCHEMA_SYNTAX', error.message.replace(/^Syntax Error: /, ''), {
        source,
        start: error.positions?.[0] ?? 0,
      });
    }
  }
  const theirs = declarations([...parse('type Query type Subscription').definitions, ...own]);
  const system = systemDefinitions(theirs, findings);
  const subscribes = [...system, ...own].filter(
    (node) => /ObjectType/.test(node.kind) && 'name' in node && node.name.value === 'Subscription',
  );
  const isBare = subscribes.length > 0 && subscribes.every((node) => node.kind.endsWith('Extension'));
  const definitions = [
    ...supplied(own, findings),
    ...(isBare ? parse(new Source('type Subscription', 'thau')).definitions : []),
    ...system,
    ...own,
  ];
  return { definitions, types: declarations(definitions) };
}

/** The definitions thau brings, without those that the project writes itself. */
function supplied(own: readonly DefinitionNode[], findings: Findings): DefinitionNode[] {
  const names = new Map(own.filter(isDefinition).map((node) => [key(node), node]));
  const built = [directivesSdl, commonSdl].flatMap((text) => parse(new Source(text, 'thau')).definitions);
  for (const node of built) {
    const theirs = isDefinition(node) ? names.get(key(node)) : undefined;
    if (
      theirs?.kind === Kind.DIRECTIVE_DEFINITION &&
      node.kind === Kind.DIRECTIVE_DEFINITION &&
      bindingDirectives.includes(node.name.value) &&
      signature(theirs) !== signature(node)
    ) {
      findings.error(
        'SCHEMA_DIRECTIVE',
        `directive @${node.name.value} is defined otherwise than thau reads it`,
        theirs,
        `Leave it out, or write: ${signature(node)}`,
      );
    }
  }
  const rest = built.filter((node) => !isDefinition(node) || !names.has(key(node)));
  if (!names.has('type Query')) rest.push(...parse(new Source('type Query', 'thau')).definitions);
  return rest;
}

const signature = (node: DirectiveDefinitionNode): string =>
  print({
    kind: node.kind,
    name: node.name,
    repeatable: node.repeatable,
    locations: node.locations,
    ...(node.arguments && { arguments: node.arguments.map(({ description: _, ...item }) => item) }),
  }).replace(/\s+/g, ' ');

type Definition = TypeDefinitionNode | DirectiveDefinitionNode;

const isDefinition = (node: DefinitionNode): node is Definition =>
  node.kind === Kind.DIRECTIVE_DEFINITION || (node.kind.endsWith('TypeDefinition') && 'name' in node);

const key = (node: Definition): string =>
  `${node.kind === Kind.DIRECTIVE_DEFINITION ? '@' : 'type '}${node.name.value}`;

function declarations(definitions: readonly DefinitionNode[]): Map<string, TypeDeclaration> {
  const types = new Map<string, TypeDeclaration>();
  const parts = definitions.filter((node) => /Type(Definition|Extension)$/.test(node.kind));
  // definitions first, so that an extension may stand in an earlier file
  const ordered = [...parts].sort(
    (a, b) => Number(a.kind.endsWith('Extension')) - Number(b.kind.endsWith('Extension')),
  );
  for (const part of ordered) {
    // one shape that reads every kind: a definition lacks what its kind does not have
    const node = part as unknown as AnyTypeNode;
    const before = types.get(node.name.value);
    if (before === undefined && node.kind.endsWith('Extension')) continue;
    const isInput = node.kind.startsWith('InputObject');
    const fields = node.fields ?? [];
    types.set(node.name.value, {
      name: node.name.value,
      kind: before?.kind ?? (part as TypeDefinitionNode).kind,
      node: before?.node ?? (part as TypeDefinitionNode),
      directives: [...(before?.directives ?? []), ...(node.directives ?? [])],
      fields: [...(before?.fields ?? []), ...(isInput ? [] : (fields as readonly FieldDefinitionNode[]))],
      interfaces: [...(before?.interfaces ?? []), ...(node.interfaces ?? []).map((item) => item.name.value)],
      values: [...(before?.values ?? []), ...(node.values ?? []).map((item) => item.name)],
      members: [...(before?.members ?? []), ...(node.types ?? []).map((item) => item.name.value)],
      inputs: [
        ...(before?.inputs ?? []),
        ...(isInput ? (fields as readonly InputValueDefinitionNode[]) : []),
      ],
    });
  }
  for (const [name, type] of types) types.set(name, { ...type, fields: inherited(type, types) });
  return types;
}

/** A field without binding directives of its own has those of the interface it implements. */
function inherited(
  type: TypeDeclaration,
  types: ReadonlyMap<string, TypeDeclaration>,
): readonly FieldDefinitionNode[] {
  if (type.interfaces.length === 0) return type.fields;
  return type.fields.map((field) => {
    if (field.directives?.some((node) => bindingDirectives.includes(node.name.value))) return field;
    const above = type.interfaces
      .flatMap((name) => types.get(name)?.fields ?? [])
      .find((item) => item.name.value === field.name.value && (item.directives?.length ?? 0) > 0);
    const directives = above?.directives?.filter((node) => bindingDirectives.includes(node.name.value)) ?? [];
    return { ...field, directives: [...(field.directives ?? []), ...directives] };
  });
}

interface AnyTypeNode {
  readonly kind: string;
  readonly name: NameNode;
  readonly directives?: readonly DirectiveNode[];
  readonly fields?: readonly (FieldDefinitionNode | InputValueDefinitionNode)[];
  readonly interfaces?: readonly { readonly name: NameNode }[];
  readonly values?: readonly { readonly name: NameNode }[];
  readonly types?: readonly { readonly name: NameNode }[];
}
