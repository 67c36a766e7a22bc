import type { ASTNode } from 'graphql';
import { didYouMean } from '../errors/suggest.js';
import { typeShape, type BindContext, type RowType } from './bind-context.js';
import type { Lookup } from './bound-schema.js';
import { snakeCase } from './names.js';

/** What each field of a `@oneOf` input such as `CustomerBy` looks rows up by. */
export function bindLookups(
  context: BindContext,
  target: RowType,
  input: string,
  field: string,
): Readonly<Record<string, Lookup>> {
  const lookups: Record<string, Lookup> = {};
  for (const item of context.document.types.get(input)?.inputs ?? []) {
    const type = typeShape(item.type).name;
    const lookup = bindLookup(context, target, item.name.value, type, item, field);
    if (lookup) lookups[item.name.value] = lookup;
  }
  return lookups;
}

/**
 * By its name: `id` is the key; a column of that name; else a value among the row's identifiers, since a person has
 * several emails and phones. Email and phone prefer the identifiers and fall back to the column.
 */
export function bindLookup(
  context: BindContext,
  target: RowType,
  name: string,
  type: string,
  node: ASTNode,
  field: string,
): Lookup | undefined {
  if (name === 'id') return { kind: 'key' };
  const column = snakeCase(name);
  const own = Object.hasOwn(target.relation.columns, column) ? target.relation.columns[column] : undefined;
  const several = type === 'EmailAddress' || type === 'PhoneNumber' || own === undefined;
  const identifier = several ? identifierLookup(context, target, column, type) : undefined;
  if (identifier) return own ? { ...identifier, column } : identifier;
  if (own) return { kind: 'column', column, pgType: own.type, type };
  context.findings.error(
    'SCHEMA_UNKNOWN_COLUMN',
    `${field} is looked up by ${name}, but model "${target.relation.model}" has no column "${column}" and no model of identifiers holds one`,
    node,
    didYouMean(column, Object.keys(target.relation.columns)) ??
      'Add the column, or a model "identities" with the key, a type and a value.',
  );
  return undefined;
}

const identifierModels = ['identities', 'identifiers'];
const typeColumns = ['identifier_type', 'type', 'kind'];
const valueColumns = ['identifier_value', 'value', 'identifier', 'normalized_value'];

function identifierLookup(
  context: BindContext,
  target: RowType,
  name: string,
  type: string,
): Extract<Lookup, { kind: 'identifier' }> | undefined {
  for (const model of identifierModels) {
    const columns = context.relations.get(model)?.columns ?? {};
    const typeColumn = typeColumns.find((column) => Object.hasOwn(columns, column));
    const valueColumn = valueColumns.find((column) => Object.hasOwn(columns, column));
    const tied = target.key.every((column) => Object.hasOwn(columns, column));
    if (!typeColumn || !valueColumn || !tied) continue;
    const accepted = columns[typeColumn]?.acceptedValues;
    if (name !== 'external_id' && accepted && !accepted.includes(name)) continue;
    return {
      kind: 'identifier',
      model,
      typeColumn,
      // an external id is any identifier that is neither email nor phone
      types: name === 'external_id' ? [] : [name],
      valueColumn,
      on: target.key.map((column) => ({ from: column, to: column })),
      type,
    };
  }
  return undefined;
}
