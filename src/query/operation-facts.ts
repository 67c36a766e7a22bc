import {
  getNamedType,
  getNullableType,
  GraphQLInputObjectType,
  isEnumType,
  isListType,
  Kind,
  typeFromAST,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { idSignature } from './emit-node.js';
import { sizeSignature } from './page-size.js';

/** What is known of an operation once and for all its requests. */
export interface OperationFacts {
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /**
   * What of the coerced variables a plan depends on: the shape of filters and orders, enum values, booleans, the bucket
   * of a limit, the type in a node's id. Everything else is a parameter.
   */
  readonly signature: (variables: Readonly<Record<string, unknown>>) => string;
}

type Signature = (value: unknown) => string;

/** Reads an operation; undefined when the document has none of that name. */
export function operationFacts(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
): OperationFacts | undefined {
  const fragments: Record<string, FragmentDefinitionNode> = {};
  const operations: OperationDefinitionNode[] = [];
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
  }
  const named =
    operationName === null || operationName === undefined || operationName === ''
      ? operations.length === 1
        ? operations
        : []
      : operations.filter((item) => item.name?.value === operationName);
  const [operation] = named;
  if (operation === undefined) return undefined;
  const hasVariables = (operation.variableDefinitions?.length ?? 0) > 0;
  const uses = hasVariables ? variableUses(schema, document) : new Map<string, Use>();
  const parts = (operation.variableDefinitions ?? []).map((node) => {
    const name = node.variable.name.value;
    const type = typeFromAST(schema, node.type) as GraphQLInputType | undefined;
    return { name, sign: type ? typeSignature(type, uses.get(name) ?? 'parameter') : String };
  });
  return {
    operation,
    fragments,
    signature: (variables) => {
      let key = '';
      for (const { name, sign } of parts) key += `${sign(variables[name])}|`;
      return key;
    },
  };
}

type Use = 'parameter' | 'size' | 'id' | 'value';

/** How the document uses each variable, where that makes more of it structural than its type says. */
function variableUses(schema: GraphQLSchema, document: DocumentNode): Map<string, Use> {
  const uses = new Map<string, Use>();
  const info = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(info, {
      Variable: (node) => {
        const argument = info.getArgument()?.name;
        const parent = info.getParentType()?.name;
        const name = node.name.value;
        const output = info.getType();
        const isMetrics =
          output !== null && output !== undefined && getNamedType(output).name === 'MetricRow';
        if (info.getDirective() || parent?.startsWith('__')) uses.set(name, 'value');
        else if (argument === 'first' || argument === 'last') merge(uses, name, 'size');
        else if (argument === 'id' || argument === 'ids') merge(uses, name, 'id');
        else if (isMetrics && (argument === 'names' || argument === 'by')) merge(uses, name, 'value');
      },
    }),
  );
  return uses;
}

/** A variable used in several ways is signed by its value. */
function merge(uses: Map<string, Use>, name: string, use: Use): void {
  const before = uses.get(name);
  uses.set(name, before === undefined || before === use ? use : 'value');
}

function typeSignature(type: GraphQLInputType, use: Use): Signature {
  const bare = getNullableType(type);
  if (isListType(bare)) {
    const item = typeSignature(bare.ofType, use);
    const isLeaf = !(getNamedType(bare) instanceof GraphQLInputObjectType) && !isEnumType(getNamedType(bare));
    // a list of scalars is one parameter, however long; a list of ids is one condition each
    if (isLeaf && use === 'parameter' && getNamedType(bare).name !== 'ID')
      return (value) => (value === null || value === undefined ? '' : 's');
    return (value) => (Array.isArray(value) ? `[${value.map(item).join(',')}]` : '');
  }
  if (bare instanceof GraphQLInputObjectType) {
    let fields: [string, Signature][] | undefined;
    return (value) => {
      if (value === null || value === undefined) return '';
      // made when first needed: input types name each other
      fields ??= Object.values(bare.getFields()).map((field) => [
        field.name,
        typeSignature(field.type, 'parameter'),
      ]);
      let key = '{';
      for (const [name, sign] of fields) {
        const part = (value as Record<string, unknown>)[name];
        if (part !== null && part !== undefined) key += `${name}:${sign(part)},`;
      }
      return `${key}}`;
    };
  }
  if (isEnumType(bare) || bare.name === 'Boolean') return (value) => String(value);
  if (use === 'value') return (value) => JSON.stringify(value ?? null);
  if (use === 'size') return sizeSignature;
  if (use === 'id') return (value) => (value === null || value === undefined ? '' : `s${idSignature(value)}`);
  return (value) => (value === null || value === undefined ? '' : 's');
}
