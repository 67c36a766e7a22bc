import { Kind, type DirectiveNode, type StringValueNode, type TypeNode, type ValueNode } from 'graphql';
import { didYouMean } from '../errors/suggest.js';
import type { BoundColumn, BoundRelation, BoundType } from './bound-schema.js';
import type { Catalog } from './catalog.js';
import type { Findings } from './finding.js';
import type { SdlDocument } from './read-sdl.js';

/** What binding reads, and the types it has bound so far. */
export interface BindContext {
  readonly document: SdlDocument;
  readonly catalog: Catalog;
  readonly relations: ReadonlyMap<string, BoundRelation>;
  readonly findings: Findings;
  /** Row types by name: which relation each comes from, known before any field is bound. */
  readonly rows: ReadonlyMap<string, RowType>;
  readonly types: Map<string, BoundType>;
}

/** A type whose values are rows of `relation`. */
export interface RowType {
  readonly name: string;
  readonly relation: BoundRelation;
  readonly key: readonly string[];
  readonly variant?: { readonly column: string; readonly value: string };
  /** A model of keys that were given up. */
  readonly moved?: string;
  readonly abstract?: {
    readonly discriminator: string;
    readonly variants: Readonly<Record<string, string>>;
  };
}

/** The directive of that name, if written. */
export function directive(
  directives: readonly DirectiveNode[] | undefined,
  name: string,
): DirectiveNode | undefined {
  return directives?.find((node) => node.name.value === name);
}

/** The value of a directive's argument. */
export function argument(node: DirectiveNode | undefined, name: string): ValueNode | undefined {
  return node?.arguments?.find((item) => item.name.value === name)?.value;
}

/** A string argument; undefined when it is missing or something else (validation reports the latter). */
export function stringArgument(node: DirectiveNode | undefined, name: string): string | undefined {
  const value = argument(node, name);
  return value?.kind === Kind.STRING ? value.value : undefined;
}

/** A list of strings; GraphQL lets a single one stand without brackets. */
export function stringsArgument(
  node: DirectiveNode | undefined,
  name: string,
): readonly StringValueNode[] | undefined {
  const value = argument(node, name);
  return value === undefined ? undefined : strings(value);
}

export function strings(value: ValueNode): readonly StringValueNode[] {
  if (value.kind === Kind.STRING) return [value];
  if (value.kind !== Kind.LIST) return [];
  return value.values.filter((item) => item.kind === Kind.STRING);
}

/** A type reference taken apart: `[Score!]!` → Score, a list of non-null items, non-null. */
export interface TypeShape {
  readonly name: string;
  readonly nonNull: boolean;
  readonly list: boolean;
  readonly itemsNonNull: boolean;
  /** A list in a list, which no column or relation gives. */
  readonly nested: boolean;
}

export function typeShape(type: TypeNode): TypeShape {
  const nonNull = type.kind === Kind.NON_NULL_TYPE;
  const outer = nonNull ? type.type : type;
  if (outer.kind === Kind.NAMED_TYPE) {
    return { name: outer.name.value, nonNull, list: false, itemsNonNull: false, nested: false };
  }
  const item = typeShape(outer.type);
  return {
    name: item.name,
    nonNull,
    list: true,
    itemsNonNull: item.nonNull,
    nested: item.list,
  };
}

/** The column, or a finding at `node` that names the nearest one. */
export function columnOf(
  context: BindContext,
  relation: BoundRelation,
  name: string,
  node: DirectiveNode | StringValueNode | undefined,
  what: string,
): BoundColumn | undefined {
  const column = Object.hasOwn(relation.columns, name) ? relation.columns[name] : undefined;
  if (column === undefined) {
    context.findings.error(
      'SCHEMA_UNKNOWN_COLUMN',
      `${what} names column "${name}", which model "${relation.model}" does not have`,
      node,
      didYouMean(name, Object.keys(relation.columns)) ??
        `Its columns are: ${Object.keys(relation.columns).join(', ')}.`,
    );
  }
  return column;
}
