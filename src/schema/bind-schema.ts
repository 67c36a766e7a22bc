import { buildASTSchema, Kind, print, validateSchema, type GraphQLError, type GraphQLSchema } from 'graphql';
import { validateSDL } from 'graphql/validation/validate.js';
import type { ThauError } from '../errors/thau-error.js';
import { assembleSdl, wantsAggregate, withoutBinding } from './assemble-sdl.js';
import type { BindContext, RowType } from './bind-context.js';
import { bindField } from './bind-field.js';
import { bindRowTypes, boundRelations } from './bind-relations.js';
import type { BoundField, BoundMetrics, BoundSchema, BoundType } from './bound-schema.js';
import type { Catalog, SdlSource } from './catalog.js';
import { Findings } from './finding.js';
import { TypeGenerator } from './generate-types.js';
import { mergeExtensions } from './merge-extensions.js';
import { metricRowSdl } from './metric-sdl.js';
import { modelSdl } from './model-sdl.js';
import { readSdl, type SdlDocument } from './read-sdl.js';
import { systemRelations } from './system-relations.js';

export interface BindOptions {
  /** IANA name of the project's time zone. Default `Asia/Ho_Chi_Minh`. */
  readonly timezone?: string;
  /** thau's own schema. Default `thau`. */
  readonly stateSchema?: string;
}

export type BindResult =
  | { readonly schema: BoundSchema; readonly errors: readonly []; readonly warnings: readonly ThauError[] }
  | {
      readonly schema: undefined;
      readonly errors: readonly ThauError[];
      readonly warnings: readonly ThauError[];
    };

const noMetrics: BoundMetrics = { dimensions: [], definitions: { metrics: [], models: [] } };

/**
 * Holds a project's SDL against the relations of a generation and ties every field to a column, a relation, a function
 * or the metrics. All faults are gathered; warnings name what is not proven and is therefore guarded at run time.
 */
export function bindSchema(
  sources: readonly SdlSource[],
  catalog: Catalog,
  metrics: BoundMetrics = noMetrics,
  options: BindOptions = {},
): BindResult {
  const findings = new Findings();
  const stateSchema = options.stateSchema ?? 'thau';
  const document = readSdl([...sources, ...modelSdl(sources, catalog, findings)], findings);
  const relations = new Map([...boundRelations(catalog), ...systemRelations(stateSchema)]);
  const types = new Map<string, BoundType>();
  const base = { document, catalog, relations, findings, types };
  const context: BindContext = { ...base, rows: bindRowTypes(base) };
  for (const row of context.rows.values()) types.set(row.name, bindRowType(context, row));
  bindNamespaces(context, 'Query');
  bindNamespaces(context, 'Subscription');

  const generator = new TypeGenerator(types, deprecations(document));
  for (const type of types.values()) {
    for (const field of Object.values(type.fields)) {
      if (field.kind === 'many' && field.shape === 'connection') generator.connection(field.target);
    }
  }
  // extending the fields asks the generator for what they use; the types it wrote are then complete
  assembleSdl(document, types, generator, undefined, new Findings());
  const whole = assembleSdl(document, types, generator, metricRowSdl(metrics), findings);
  for (const error of validateSDL(whole)) reportGraphQL(findings, error);
  if (findings.errors.length === 0) {
    for (const error of validateSchema(publicSchema(whole))) reportGraphQL(findings, error);
  }
  const warnings = findings.warnings;
  if (findings.errors.length > 0) return { schema: undefined, errors: findings.errors, warnings };
  return {
    schema: {
      sdl: print(mergeExtensions(withoutBinding(whole))),
      relations: Object.fromEntries(relations),
      types: Object.fromEntries(types),
      enums: storedEnums(context),
      metrics,
      timezone: options.timezone ?? 'Asia/Ho_Chi_Minh',
      stateSchema,
    },
    errors: [],
    warnings,
  };
}

/** A field's `@deprecated(…)` as it is written, a space before; nothing where it has none. */
function deprecations(document: SdlDocument): (typeName: string, field: string) => string {
  return (typeName, field) => {
    const declared = document.types.get(typeName)?.fields.find(({ name }) => name.value === field);
    const found = declared?.directives?.find(({ name }) => name.value === 'deprecated');
    return found === undefined ? '' : ` ${print(found)}`;
  };
}

const publicSchema = (document: Parameters<typeof buildASTSchema>[0]): GraphQLSchema =>
  buildASTSchema(document, { assumeValidSDL: true });

function reportGraphQL(findings: Findings, error: GraphQLError): void {
  // a type that binding already reported as unknown is not said twice
  findings.error('SCHEMA_INVALID', error.message, error.nodes?.[0]);
}

function bindRowType(context: BindContext, row: RowType): BoundType {
  const declaration = context.document.types.get(row.name);
  const fields: Record<string, BoundField> = {};
  for (const field of declaration?.fields ?? []) {
    const bound = bindField(context, row.name, row, field);
    if (bound) addField(fields, field.name.value, bound, wantsAggregate(field));
  }
  const common = { name: row.name, model: row.relation.model, key: row.key, fields };
  if (row.abstract) return { kind: 'abstract', ...common, ...row.abstract };
  return {
    kind: 'object',
    ...common,
    ...(row.variant && { variant: row.variant }),
    ...(row.moved !== undefined && { moved: row.moved }),
  };
}

function addField(
  fields: Record<string, BoundField>,
  name: string,
  bound: BoundField,
  aggregate: boolean,
): void {
  fields[name] = bound;
  if (bound.kind !== 'many' || !aggregate || Object.hasOwn(fields, `${name}Aggregate`)) return;
  fields[`${name}Aggregate`] = {
    kind: 'aggregate',
    target: bound.target,
    on: bound.on,
    ...(bound.via && { via: bound.via }),
    where: bound.where,
  };
}

/** Query and Subscription, and the types below them that only group fields. Mutation is the API's own. */
function bindNamespaces(context: BindContext, name: string): void {
  const declaration = context.document.types.get(name);
  if (declaration === undefined || context.types.has(name)) return;
  const fields: Record<string, BoundField> = {};
  context.types.set(name, { kind: 'namespace', name, fields });
  for (const field of declaration.fields) {
    const bound = bindField(context, name, undefined, field);
    if (bound === undefined) continue;
    addField(fields, field.name.value, bound, name !== 'Subscription' && wantsAggregate(field));
    if (bound.kind === 'namespace' || bound.kind === 'preview') bindNamespaces(context, bound.type);
  }
}

/** Enum values are stored in lower case. */
function storedEnums(context: BindContext): Record<string, Record<string, string>> {
  const enums: Record<string, Record<string, string>> = {};
  for (const type of context.document.types.values()) {
    if (type.kind !== Kind.ENUM_TYPE_DEFINITION) continue;
    enums[type.name] = Object.fromEntries(type.values.map(({ value }) => [value, value.toLowerCase()]));
  }
  return enums;
}
