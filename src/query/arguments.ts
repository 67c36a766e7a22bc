import {
  GraphQLEnumType,
  GraphQLInputObjectType,
  GraphQLList,
  GraphQLNonNull,
  Kind,
  valueFromAST,
  type FieldNode,
  type GraphQLField,
  type GraphQLInputType,
  type ValueNode,
} from 'graphql';

/** A request's coerced variables, and what else a parameter may be read from. */
export interface Inputs {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  /** The key of the row that a subscription is told of. */
  readonly event?: readonly string[];
}

/** Reads a parameter's value; a plan keeps readers, not values, so that it serves every request of its shape. */
export type Reader = (inputs: Inputs) => unknown;

/**
 * An argument's value: its structure, which the plan may depend on, and leaves, which are read anew for each request.
 * `value` of a leaf is this request's; a plan may look at it only where the variable's signature covers it.
 */
export type Argument =
  | { readonly kind: 'leaf'; readonly value: unknown; readonly read: Reader; readonly constant: boolean }
  | {
      readonly kind: 'list';
      readonly items: readonly Argument[];
      readonly value: readonly unknown[];
      readonly read: Reader;
    }
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, Argument> };

/** A field's arguments; null counts as not given. */
export function readArguments(
  definition: GraphQLField<unknown, unknown>,
  node: FieldNode,
  inputs: Inputs,
): ReadonlyMap<string, Argument> {
  const found = new Map<string, Argument>();
  for (const { name, type, defaultValue } of definition.args) {
    const written = node.arguments?.find((item) => item.name.value === name)?.value;
    const absent =
      written === undefined ||
      (written.kind === Kind.VARIABLE && inputs.variables[written.name.value] === undefined);
    const value = absent
      ? ofValue(type, defaultValue, () => defaultValue, true)
      : ofNode(type, written, inputs);
    if (value) found.set(name, value);
  }
  return found;
}

function ofNode(type: GraphQLInputType, node: ValueNode, inputs: Inputs): Argument | undefined {
  if (node.kind === Kind.VARIABLE) {
    const name = node.name.value;
    return ofValue(type, inputs.variables[name], (given) => given.variables[name], false);
  }
  if (node.kind === Kind.NULL) return undefined;
  const bare = type instanceof GraphQLNonNull ? type.ofType : type;
  if (bare instanceof GraphQLList) {
    const itemType = bare.ofType;
    const nodes = node.kind === Kind.LIST ? node.values : [node];
    const items = nodes.map((item) => ofNode(itemType, item, inputs)).filter((item) => item !== undefined);
    return {
      kind: 'list',
      items,
      value: items.map((item) => (item.kind === 'object' ? undefined : item.value)),
      read: (given) => items.map((item) => (item.kind === 'object' ? undefined : item.read(given))),
    };
  }
  if (bare instanceof GraphQLInputObjectType && node.kind === Kind.OBJECT) {
    const fields = new Map<string, Argument>();
    for (const { name, type: fieldType, defaultValue } of Object.values(bare.getFields())) {
      const written = node.fields.find((item) => item.name.value === name)?.value;
      const value =
        written === undefined
          ? ofValue(fieldType, defaultValue, () => defaultValue, true)
          : ofNode(fieldType, written, inputs);
      if (value) fields.set(name, value);
    }
    return { kind: 'object', fields };
  }
  const value = valueFromAST(node, bare);
  return ofValue(bare, value, () => value, true);
}

function ofValue(
  type: GraphQLInputType,
  value: unknown,
  read: Reader,
  constant: boolean,
): Argument | undefined {
  if (value === undefined || value === null) return undefined;
  const bare = type instanceof GraphQLNonNull ? type.ofType : type;
  if (bare instanceof GraphQLList) {
    const values = value as readonly unknown[];
    const items = values.map((item, index) =>
      ofValue(bare.ofType, item, (given) => (read(given) as unknown[])[index], constant),
    );
    return { kind: 'list', items: items.filter((item) => item !== undefined), value: values, read };
  }
  if (bare instanceof GraphQLInputObjectType) {
    const fields = new Map<string, Argument>();
    for (const { name, type: fieldType } of Object.values(bare.getFields())) {
      const part = (value as Record<string, unknown>)[name];
      const made = ofValue(
        fieldType,
        part,
        (given) => (read(given) as Record<string, unknown>)[name],
        constant,
      );
      if (made) fields.set(name, made);
    }
    return { kind: 'object', fields };
  }
  // an enum's value is part of the plan, never a parameter
  return { kind: 'leaf', value, read, constant: constant || bare instanceof GraphQLEnumType };
}

/** A value that is known already, of a document or a table. */
export const argumentOf = (type: GraphQLInputType, value: unknown): Argument | undefined =>
  ofValue(type, value, () => value, true);

/** The field of an object argument; undefined when the argument is none or lacks it. */
export const fieldOf = (argument: Argument | undefined, name: string): Argument | undefined =>
  argument?.kind === 'object' ? argument.fields.get(name) : undefined;
