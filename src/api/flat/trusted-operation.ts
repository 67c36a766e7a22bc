import {
  getNamedType,
  getNullableType,
  getOperationAST,
  GraphQLError,
  isLeafType,
  isListType,
  isObjectType,
  Kind,
  OperationTypeNode,
  parse,
  Source,
  validate,
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type VariableDefinitionNode,
  visit,
} from 'graphql';
import { excerpt } from '../../errors/excerpt.js';
import { ThauError } from '../../errors/thau-error.js';
import type { SdlSource } from '../../schema/catalog.js';
import { isOperationFile } from '../../schema/operation-file.js';
import { withPages } from './paged-document.js';

/** A column of the flat rows of an operation. */
export interface FlatColumn {
  /** The keys on the way to it, joined: `city_name`. */
  readonly name: string;
  readonly path: readonly string[];
  /** The scalar's or enum's name. */
  readonly type: string;
  readonly list: boolean;
}

/** An operation that BI tools ask for by name, as flat rows. */
export interface TrustedOperation {
  readonly name: string;
  readonly description: string | undefined;
  /** As its file has it, by which POST knows it again. */
  readonly written: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** The same with nothing beside the rows. */
  readonly stream: DocumentNode;
  /** Of a connection: the same with `thauPage` at its root, which tells of the next page. */
  readonly paged: DocumentNode;
  /** The one root field. */
  readonly field: FieldNode;
  readonly variables: readonly VariableDefinitionNode[];
  readonly columns: readonly FlatColumn[];
  /** The key of the one root field. */
  readonly root: string;
  readonly shape: 'rows' | 'connection' | 'row';
}

/** Reads the operations of a generation. One that cannot become flat rows is left out and told (`API_OPERATION`). */
export function readOperations(
  schema: GraphQLSchema,
  sources: readonly SdlSource[],
  onFault: (fault: ThauError) => void,
): ReadonlyMap<string, TrustedOperation> {
  const operations = new Map<string, TrustedOperation>();
  for (const source of sources) {
    if (!isOperationFile(source.file)) continue;
    try {
      const operation = readOperation(schema, source);
      if (operations.has(operation.name)) {
        throw fault(source, `another file has an operation "${operation.name}" too`);
      }
      operations.set(operation.name, operation);
    } catch (error) {
      if (!(error instanceof ThauError)) throw error;
      onFault(error);
    }
  }
  return operations;
}

function readOperation(schema: GraphQLSchema, source: SdlSource): TrustedOperation {
  const written = parsed(source);
  const [wrong] = validate(schema, written);
  if (wrong !== undefined) throw fault(source, wrong.message, wrong);
  const asWritten = rootOf(source, written);
  const definition = schema.getQueryType()?.getFields()[asWritten.field.name.value];
  if (definition === undefined) {
    throw fault(source, `${asWritten.field.name.value} is no field that gives rows`);
  }
  const { type } = definition;
  const document = withPages(written, asWritten.operation, asWritten.field, definition);
  const { name, operation, field } = rootOf(source, document);
  const named = getNamedType(type);
  if (!isObjectType(named)) throw fault(source, `${field.name.value} gives no rows`);
  const connection = named.name.endsWith('Connection') ? nodeOf(source, named, field) : undefined;
  const row = connection ?? { type: named, node: field };
  const common = {
    name,
    description: comment(source.text),
    written,
    operation,
    field,
    stream: connection ? withSelections(document, field, edgesOf(field)) : document,
    paged: connection ? withSelections(document, field, [...edgesOf(field), pageInfo]) : document,
    variables: operation.variableDefinitions ?? [],
    root: keyOf(field),
    columns: columnsOf(source, row.type, row.node, []),
  };
  if (connection !== undefined) return { ...common, shape: 'connection' };
  return { ...common, shape: isListType(getNullableType(type)) ? 'rows' : 'row' };
}

function rootOf(
  source: SdlSource,
  document: DocumentNode,
): { readonly name: string; readonly operation: OperationDefinitionNode; readonly field: FieldNode } {
  const operation = getOperationAST(document);
  const name = operation?.name?.value;
  if (operation?.operation !== OperationTypeNode.QUERY || name === undefined) {
    throw fault(source, 'a file holds one query, which has a name');
  }
  const [field, ...others] = operation.selectionSet.selections;
  if (field?.kind !== Kind.FIELD || others.length > 0) throw fault(source, 'an operation has one root field');
  return { name, operation, field };
}

function parsed(source: SdlSource): DocumentNode {
  try {
    return parse(new Source(source.text, source.file));
  } catch (error) {
    if (error instanceof GraphQLError) throw fault(source, error.message, error);
    throw error;
  }
}

/** `edges { node { … } }` of a connection: its rows are the nodes. */
function nodeOf(
  source: SdlSource,
  connection: GraphQLObjectType,
  field: FieldNode,
): { readonly type: GraphQLObjectType; readonly node: FieldNode } {
  const edges = childOf(field, 'edges');
  const node = edges && childOf(edges, 'node');
  const edge = getNamedType(connection.getFields()['edges']?.type);
  const type = isObjectType(edge) ? getNamedType(edge.getFields()['node']?.type) : undefined;
  if (node === undefined || !isObjectType(type)) {
    throw fault(source, `${field.name.value} is a connection: select edges { node { … } }`);
  }
  if (keyOf(node) !== 'node' || (edges && keyOf(edges) !== 'edges')) {
    throw fault(source, 'edges and node keep their names');
  }
  return { type, node };
}

const edgesOf = (field: FieldNode): readonly SelectionNode[] =>
  (field.selectionSet?.selections ?? []).filter(
    (selection) => selection.kind === Kind.FIELD && selection.name.value === 'edges',
  );

/** The key under which a connection tells of its next page. */
export const pageKey = 'thauPage';

const named = (name: string, rest: Partial<FieldNode> = {}): FieldNode => ({
  kind: Kind.FIELD,
  name: { kind: Kind.NAME, value: name },
  ...rest,
});

const pageInfo = named('pageInfo', {
  alias: { kind: Kind.NAME, value: pageKey },
  selectionSet: { kind: Kind.SELECTION_SET, selections: [named('hasNextPage'), named('endCursor')] },
});

/** The document with other selections of its root field. */
function withSelections(
  document: DocumentNode,
  field: FieldNode,
  selections: readonly SelectionNode[],
): DocumentNode {
  return visit(document, {
    Field: (node) =>
      node === field ? { ...node, selectionSet: { kind: Kind.SELECTION_SET, selections } } : undefined,
  });
}

function childOf(field: FieldNode, name: string): FieldNode | undefined {
  return field.selectionSet?.selections.find(
    (selection): selection is FieldNode => selection.kind === Kind.FIELD && selection.name.value === name,
  );
}

function columnsOf(
  source: SdlSource,
  type: GraphQLObjectType,
  node: FieldNode,
  path: readonly string[],
): FlatColumn[] {
  return (node.selectionSet?.selections ?? []).flatMap((selection): FlatColumn[] => {
    if (selection.kind !== Kind.FIELD) {
      throw fault(source, 'fragments are not spread in an operation for flat rows; write the fields');
    }
    const at = [...path, keyOf(selection)];
    const fieldType: GraphQLOutputType | undefined = type.getFields()[selection.name.value]?.type;
    const named = fieldType && getNamedType(fieldType);
    if (fieldType === undefined || isLeafType(named)) {
      const list = fieldType !== undefined && isListType(getNullableType(fieldType));
      return [{ name: at.join('_'), path: at, type: named?.name ?? 'String', list }];
    }
    if (isListType(getNullableType(fieldType)) || !isObjectType(named) || named.name.endsWith('Connection')) {
      throw fault(source, `${at.join('.')} is many rows within a row; flat rows cannot hold it`);
    }
    return columnsOf(source, named, selection, at);
  });
}

function keyOf(node: FieldNode): string {
  return (node.alias ?? node.name).value;
}

/** The comment at the head of the file tells what the operation is. */
function comment(text: string): string | undefined {
  const lines = /^(?:\s*#[^\n]*\n)+/.exec(text)?.[0];
  const said = lines?.replace(/^\s*#\s?/gm, '').trim();
  return said === '' ? undefined : said;
}

function fault(source: SdlSource, message: string, error?: GraphQLError): ThauError {
  const place = error?.locations?.[0];
  return new ThauError('API_OPERATION', /[.?!]$/.test(message) ? message : `${message}.`, {
    at: { file: source.file, ...(place && { line: place.line, column: place.column }) },
    ...(place && { excerpt: excerpt(source.text, place.line, place.column) }),
    hint: 'An operation has one root field; objects of one row flatten, lists within rows do not.',
  });
}
