import type { BoundSchema, ColumnField } from '../schema/bound-schema.js';
import type { SemanticDefinitions } from '../semantic/definition.js';

/** A column that some type shows as personal, by that type's field. */
export interface PersonalColumn {
  /** `Customer.email` */
  readonly name: string;
  readonly field: ColumnField;
}

const known = new WeakMap<BoundSchema, Map<string, ReadonlyMap<string, PersonalColumn>>>();

/** The personal columns of a model, by column. */
export function personalColumns(bound: BoundSchema, model: string): ReadonlyMap<string, PersonalColumn> {
  const models = known.get(bound) ?? new Map<string, ReadonlyMap<string, PersonalColumn>>();
  known.set(bound, models);
  let columns = models.get(model);
  if (columns === undefined) {
    columns = new Map(
      Object.values(bound.types).flatMap((type) =>
        type.kind === 'namespace' || type.model !== model
          ? []
          : Object.entries(type.fields).flatMap(([name, field]) =>
              field.kind === 'column' && field.pii !== undefined
                ? [[field.column, { name: `${type.name}.${name}`, field }] as const]
                : [],
            ),
      ),
    );
    models.set(model, columns);
  }
  return columns;
}

/** The personal column that a dimension of metrics is, on any of its facts. */
export function personalDimension(bound: BoundSchema, dimension: string): PersonalColumn | undefined {
  const { models } = bound.metrics.definitions as SemanticDefinitions;
  for (const { name, dimensions } of models) {
    const expr = dimensions.find((item) => item.name === dimension)?.expr;
    const found = expr === undefined ? undefined : personalColumns(bound, name).get(expr.replaceAll('"', ''));
    if (found !== undefined) return found;
  }
  return undefined;
}
