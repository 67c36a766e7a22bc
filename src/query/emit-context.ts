import type { FieldNode, FragmentDefinitionNode, GraphQLField, GraphQLSchema } from 'graphql';
import type { BoundAbstract, BoundObject, BoundRelation, BoundSchema } from '../schema/bound-schema.js';
import type { Inputs } from './arguments.js';
import type { PlannerSettings } from './planner-settings.js';
import { requestError } from './request-error.js';
import type { Role } from './role.js';
import type { ServedDocument } from './served-document.js';
import type { StatementBuilder } from './statement-builder.js';
import type { Part } from './text-parts.js';

/** Everything that writing one statement needs. */
export interface EmitContext {
  readonly bound: BoundSchema;
  readonly schema: GraphQLSchema;
  readonly settings: PlannerSettings;
  readonly role: Role | undefined;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** This request's; a plan may look only at what the signature covers. */
  readonly inputs: Inputs;
  readonly builder: StatementBuilder;
  /** Of a subscription: a model's relation in the generation before; undefined where it had none. */
  readonly before?: ((model: string) => string | undefined) | undefined;
  /** What stands ready; empty while such are made. */
  readonly documents: readonly ServedDocument[];
  /** What the rows at the root of a preview must meet beside their own arguments. */
  readonly rule?: { readonly target: string; condition(this: void, row: Row): readonly string[] };
  readonly depth: number;
  /** Counts fields as they are written, against `settings.maxFields`. */
  readonly size: { fields: number };
  /** The JSON of a row's selection; stands here so that emitters need not import each other in a circle. */
  readonly emitRow: (
    context: EmitContext,
    typeName: string,
    nodes: readonly FieldNode[],
    row: Row,
  ) => readonly Part[];
  readonly emitMetrics: (context: EmitContext, site: FieldSite) => readonly Part[];
}

/** A row at hand: its alias in the statement, and what it is a row of. */
export interface Row {
  readonly alias: string;
  readonly type: BoundObject | BoundAbstract;
  readonly relation: BoundRelation;
}

/** A field being written: where it stands in the document and in the schema. */
export interface FieldSite {
  readonly nodes: readonly FieldNode[];
  readonly node: FieldNode;
  readonly definition: GraphQLField<unknown, unknown>;
}

/** One level further down; refuses what no honest request needs. */
export function deeper(context: EmitContext, node: FieldNode): EmitContext {
  const depth = context.depth + 1;
  if (depth > context.settings.maxDepth) {
    throw requestError(
      'QUERY_TOO_LARGE',
      `the request is more than ${context.settings.maxDepth} levels deep`,
      {
        node,
      },
    );
  }
  return { ...context, depth };
}

/** The bound row type of a name; binding guarantees that it exists. */
export function rowType(context: EmitContext, name: string): BoundObject | BoundAbstract {
  const type = context.bound.types[name];
  if (type === undefined || type.kind === 'namespace') throw new Error(`type ${name} has no rows`);
  return type;
}

export function relationOf(context: EmitContext, model: string): BoundRelation {
  const relation = context.bound.relations[model];
  if (relation === undefined) throw new Error(`model ${model} is not bound`);
  return relation;
}
