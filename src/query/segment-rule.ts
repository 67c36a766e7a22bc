import { coerceInputValue, isInputType, GraphQLError } from 'graphql';
import { argumentOf } from './arguments.js';
import type { EmitContext } from './emit-context.js';
import { filterCondition } from './filter.js';
import { requestError } from './request-error.js';
import { columnSql, rowsOf, whereSql } from './rows.js';
import { ruleUses } from './rule-uses.js';

/** A rule as it is kept: the values are written in, and a model stands where a build puts the relation it made. */
export interface CompiledRule {
  /** SQL of one column, the key of whoever meets the rule. */
  readonly parts: readonly (string | { readonly model: string })[];
  /** Models it reads. */
  readonly models: readonly string[];
  /** What it rests on: model, column, and PostgreSQL's type. A build without that takes no members from the rule. */
  readonly uses: readonly (readonly [string, string, string])[];
  /** Other segments that it names. */
  readonly segments: readonly string[];
}

/** The model whose rows are in segments. */
const customerModel = 'customers';

/**
 * `rule` is a value of the customers' filter, as JSON. Throws GraphQLErrors for what the rule, the role or the schema does
 * not allow. `context` writes values as literals.
 */
export function compileRule(context: EmitContext, rule: unknown): CompiledRule {
  const type = Object.values(context.bound.types).find(
    (item) => item.kind === 'object' && item.model === customerModel && item.variant === undefined,
  );
  const input = context.schema.getType(`${type?.name ?? ''}Filter`);
  if (type?.kind !== 'object' || !isInputType(input)) {
    throw requestError('QUERY_RULE', `no type with a filter is bound to the model "${customerModel}"`);
  }
  const coerced: unknown = coerceInputValue(rule, input, (path, _, error) => {
    throw requestError('QUERY_RULE', `${['rule', ...path].join('.')}: ${error.message}`);
  });
  const filter = argumentOf(input, coerced);
  const uses = ruleUses(context, type.name, filter);
  for (const { column } of context.role?.rowFilters ?? [])
    uses.columns.set(`${customerModel}.${column}`, 'text');
  const inner = { ...context, bound: { ...context.bound, relations: withPlaces(context) } };
  const { row, from, where } = rowsOf(inner, type.name, undefined, []);
  const [key = ''] = type.key;
  const meets = filterCondition(inner, row, filter);
  const text = `select ${columnSql(row.alias, key)} from ${from}${whereSql([...where, `(${meets ?? 'true'})`])}`;
  const models = [...context.builder.relations].sort();
  return {
    parts: text.split(fence).map((part, index) => (index % 2 === 0 ? part : { model: part })),
    models,
    uses: [...uses.columns]
      .map(([name, pgType]) => [...(name.split('.') as [string, string]), pgType] as const)
      .filter(([model]) => models.includes(model))
      .map(([model, column, pgType]) => [
        model,
        column,
        context.bound.relations[model]?.columns[column]?.type ?? pgType,
      ]),
    segments: [...uses.segments].sort(),
  };
}

/** Stands around a model's name; no text of a request can hold it. */
const fence = '\u0000';

const withPlaces = ({ bound }: EmitContext): typeof bound.relations =>
  Object.fromEntries(
    Object.entries(bound.relations).map(([model, relation]) => [
      model,
      { ...relation, from: `${fence}${model}${fence}` },
    ]),
  );

/** Faults of a rule in words; undefined for anything else that was thrown. */
export const ruleFault = (error: unknown): string | undefined =>
  error instanceof GraphQLError ? error.message : undefined;
