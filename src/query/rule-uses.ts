import type { BoundAbstract, BoundObject, Join } from '../schema/bound-schema.js';
import type { Argument } from './arguments.js';
import { relationOf, rowType, type EmitContext } from './emit-context.js';
import { bareKey } from './global-id.js';
import { requestError } from './request-error.js';

/** The model whose rows are segments: a rule may name one by its key alone, as its members are what a build finds out. */
export const segmentModel = { name: 'segments', key: 'segment_id' } as const;

/** What a rule rests on. */
export interface RuleUses {
  /** `model.column` → PostgreSQL's type. */
  readonly columns: Map<string, string>;
  /** Other segments that it names. */
  readonly segments: Set<string>;
}

/** Reads a rule as builds must take it, and refuses what they cannot. */
export function ruleUses(context: EmitContext, typeName: string, rule: Argument | undefined): RuleUses {
  const uses: RuleUses = { columns: new Map(), segments: new Set() };
  if (rule?.kind !== 'object' || rule.fields.size === 0) {
    throw requestError('QUERY_RULE', 'the rule is empty: everybody would be in the segment');
  }
  visit(context, uses, rowType(context, typeName), rule);
  return uses;
}

type RowBound = BoundObject | BoundAbstract;

function visit(context: EmitContext, uses: RuleUses, type: RowBound, filter: Argument): void {
  if (filter.kind === 'list') for (const item of filter.items) visit(context, uses, type, item);
  if (filter.kind !== 'object') return;
  for (const [name, argument] of filter.fields) {
    const field = type.fields[name];
    switch (field?.kind) {
      case 'column':
        use(context, uses, type.model, field.column);
        break;
      case 'id':
        for (const column of type.key) use(context, uses, type.model, column);
        break;
      case 'one':
        tie(context, uses, type, field);
        below(context, uses, field.target, argument);
        break;
      case 'many':
        tie(context, uses, type, field);
        if (argument.kind !== 'object') break;
        for (const inner of argument.fields.values()) below(context, uses, field.target, inner);
        break;
      default:
        visit(context, uses, type, argument);
    }
  }
}

function below(context: EmitContext, uses: RuleUses, target: string, inner: Argument): void {
  const type = rowType(context, target);
  if (!relationOf(context, type.model).published) {
    throw requestError('QUERY_RULE', `a rule cannot look at ${target}: it is no part of what is built`);
  }
  if (type.model === segmentModel.name) names(uses, type, inner);
  else visit(context, uses, type, inner);
}

/** `segments: {some: {segmentId: {eq: "champions"}}}`, and nothing else of a segment. */
function names(uses: RuleUses, type: RowBound, filter: Argument): void {
  if (filter.kind !== 'object') return;
  for (const [name, operators] of filter.fields) {
    const field = type.fields[name];
    if (field === undefined && (name === 'and' || name === 'or') && operators.kind === 'list') {
      for (const item of operators.items) names(uses, type, item);
      continue;
    }
    const isKey = field?.kind === 'id' || (field?.kind === 'column' && field.column === segmentModel.key);
    for (const [operator, value] of operators.kind === 'object' ? operators.fields : []) {
      if (!isKey || (operator !== 'eq' && operator !== 'in') || value.kind === 'object') {
        throw requestError('QUERY_RULE', `a rule cannot ask for ${name} of a segment by ${operator}`, {
          hint: 'Name segments by their key: segments: {some: {segmentId: {in: ["champions"]}}}.',
        });
      }
      for (const item of value.kind === 'list' ? value.value : [value.value]) {
        uses.segments.add(field.kind === 'id' ? bareKey(String(item), [type.name]) : String(item));
      }
    }
  }
}

function tie(
  context: EmitContext,
  uses: RuleUses,
  type: RowBound,
  field: Extract<RowBound['fields'][string], { kind: 'one' | 'many' }>,
): void {
  const target = rowType(context, field.target).model;
  const ends = (joins: readonly Join[], from: string, to: string): void => {
    for (const join of joins) {
      use(context, uses, from, join.from);
      use(context, uses, to, join.to);
    }
  };
  ends(field.on, type.model, target);
  if (field.via === undefined) return;
  ends(field.via.from, type.model, field.via.model);
  ends(field.via.to, field.via.model, target);
}

function use(context: EmitContext, uses: RuleUses, model: string, column: string): void {
  // what a build puts in the place of these two has their keys
  if (model === segmentModel.name || model === 'segment_members') return;
  const type = relationOf(context, model).columns[column]?.type;
  if (type !== undefined) uses.columns.set(`${model}.${column}`, type);
}
