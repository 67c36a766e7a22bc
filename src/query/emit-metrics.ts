import { getNamedType, GraphQLError } from 'graphql';
import { ThauError } from '../errors/thau-error.js';
import type { Grain, SemanticDefinitions } from '../semantic/definition.js';
import { metricRowsSql, type MetricQuestion } from '../semantic/metric-rows-sql.js';
import { readArguments, type Argument } from './arguments.js';
import { comparandList, instantText } from './bind-value.js';
import { collect } from './collect.js';
import { jsonArray } from './emit-array.js';
import { relationOf, type EmitContext, type FieldSite } from './emit-context.js';
import { jsonObject } from './emit-object.js';
import { emitValue } from './emit-value.js';
import { assertUnmasked } from './mask.js';
import { personalDimension } from './personal-columns.js';
import { requestError } from './request-error.js';
import { rowConditions } from './rows.js';
import { mapped } from './statement-builder.js';
import { anyoneOf } from './subjects.js';
import { concatenation, quoteText, text, type Part } from './text-parts.js';

/** Flat rows of metrics, in the order of their names, then periods, then dimensions. */
export function emitMetrics(context: EmitContext, site: FieldSite): readonly Part[] {
  const { row, from, order, personal } = metricRows(context, site);
  return [...anyoneOf(context, 'MetricRow', personal), ...jsonArray(row, from, ` order by ${order}`)];
}

/** The same rows, one by one. */
export function metricRowsStatement(context: EmitContext, site: FieldSite): string {
  const { row, from, order, personal } = metricRows(context, site);
  const shown = anyoneOf(context, 'MetricRow', personal);
  return `select ${shown.length > 0 ? `${concatenation(shown)}||` : ''}${row} from ${from} order by ${order}`;
}

interface MetricRows {
  /** The JSON of a row. */
  readonly row: string;
  readonly from: string;
  readonly order: string;
  /** Dimensions that are shown and personal. */
  readonly personal: readonly string[];
}

function metricRows(context: EmitContext, site: FieldSite): MetricRows {
  const given = readArguments(site.definition, site.node, context.inputs);
  const by = strings(given.get('by'));
  const dimensions = by.map((name) => dimensionOf(context, name));
  const personal = dimensions.filter(({ name }) => isPersonal(context, name));
  const rows = wrapFaults(site, () =>
    metricRowsSql(context.bound.metrics.definitions as SemanticDefinitions, {
      names: strings(given.get('names')),
      grain: leaf(given.get('grain'), 'DAY').toLowerCase() as Grain,
      by: dimensions.map((dimension) => dimension.name),
      range: {
        ...bound(context, site, given, 'from'),
        ...bound(context, site, given, 'to'),
      },
      filters: filters(context, given.get('filter')),
      ...comparison(given.get('compareTo')),
      timezone: context.bound.timezone,
      relation: (model) => {
        const relation = relationOf(context, model);
        const alias = context.builder.alias();
        return { from: `${relation.from} ${alias}`, where: rowConditions(context, relation, alias) };
      },
    }),
  );
  const fields = collect(context, 'MetricRow', site.nodes).map(
    ({ key, name, site: field }): readonly [string, readonly Part[]] => {
      if (!field) return [key, [text('"MetricRow"')]];
      const position = dimensions.findIndex((dimension) => dimension.field === name);
      const isOwn = ['metric', 'period', 'value', 'lower', 'upper', 'n', 'previous'].includes(name);
      if (position < 0 && !isOwn) return [key, [text('null')]];
      const type = getNamedType(field.definition.type).name;
      const expression = position < 0 ? `q.${name}` : `q.d${position}`;
      return [key, column(context, guarded(context, expression, name), name, type, isOwn)];
    },
  );
  const order = ['position', 'period', ...by.map((_, index) => `d${index}`)].join(',');
  const row = concatenation(jsonObject(fields));
  return { row, from: `(${rows}) q`, order, personal: personal.map(({ field }) => field) };
}

/** Whether a dimension is a personal column; refuses one that the role sees masked. */
function isPersonal(context: EmitContext, dimension: string): boolean {
  const personal = personalDimension(context.bound, dimension);
  if (personal !== undefined) assertUnmasked(context, personal.field, 'aggregate', dimension);
  return personal !== undefined;
}

/** A figure over few rows is not shown to a role that may see groups alone, and no more than that there are few. */
function guarded(context: EmitContext, expression: string, name: string): string {
  const minGroup = context.role?.minGroup ?? 1;
  if (minGroup > 1 && name === 'previous') return 'null::double precision';
  if (minGroup <= 1 || !['value', 'lower', 'upper', 'n'].includes(name)) return expression;
  return `(case when q.n>=${minGroup} then ${expression} end)`;
}

const ownTypes: Readonly<Record<string, string>> = { metric: 'text', period: 'timestamp with time zone' };

const dimensionTypes: Readonly<Record<string, string>> = {
  Boolean: 'boolean',
  Int: 'integer',
  BigInt: 'bigint',
  Float: 'double precision',
  Decimal: 'numeric',
  Date: 'date',
  DateTime: 'timestamp with time zone',
};

function column(
  context: EmitContext,
  expression: string,
  name: string,
  type: string,
  isOwn: boolean,
): readonly Part[] {
  // n is a whole number, which the SDL may say
  const whole = name === 'n' && type !== 'Float';
  const pgType = isOwn
    ? whole
      ? 'bigint'
      : (ownTypes[name] ?? 'double precision')
    : (dimensionTypes[type] ?? 'text');
  return emitValue(
    whole ? `${expression}::bigint` : expression,
    {
      type,
      pgType,
      array: false,
      itemsNonNull: false,
      nonNull: false,
      notNull: name === 'metric' || name === 'period',
      ...(name === 'metric' && { acceptedValues: ['metric'] }),
    },
    context.builder,
  );
}

function dimensionOf(context: EmitContext, name: string): { readonly name: string; readonly field: string } {
  const { dimensions } = context.bound.metrics;
  // the name in YAML, or the field's
  return dimensions.find((item) => item.name === name || item.field === name) ?? { name, field: name };
}

const strings = (argument: Argument | undefined): readonly string[] =>
  argument?.kind === 'list' ? argument.value.map(String) : [];

const leaf = (argument: Argument | undefined, otherwise: string): string =>
  argument?.kind === 'leaf' ? String(argument.value) : otherwise;

/** An end of the range; a day is its beginning in the project's zone. */
function bound(
  context: EmitContext,
  site: FieldSite,
  given: ReadonlyMap<string, Argument>,
  name: 'from' | 'to',
): { readonly [end in 'from' | 'to']?: string } {
  const argument = given.get(name);
  if (argument?.kind !== 'leaf') return {};
  const declared = site.definition.args.find((item) => item.name === name);
  const isDay = declared !== undefined && getNamedType(declared.type).name === 'Date';
  const parameter = isDay
    ? context.builder.parameter(argument.read, 'date')
    : context.builder.parameter(
        mapped(argument.read, (value) =>
          value === null ? null : instantText(value, context.bound.timezone),
        ),
        'timestamptz',
      );
  return {
    [name]: isDay ? `(${parameter}::timestamp at time zone ${quoteText(context.bound.timezone)})` : parameter,
  };
}

function filters(context: EmitContext, argument: Argument | undefined): ReadonlyMap<string, string> {
  const conditions = new Map<string, string>();
  if (argument?.kind !== 'object') return conditions;
  for (const [field, values] of argument.fields) {
    const dimension = context.bound.metrics.dimensions.find((item) => item.field === field);
    if (!dimension || values.kind !== 'list') continue;
    isPersonal(context, dimension.name);
    const pgType = dimensionTypes[dimension.type] ?? 'text';
    conditions.set(dimension.name, comparandList(context.builder, values.read, dimension.type, pgType));
  }
  return conditions;
}

function comparison(argument: Argument | undefined): Pick<MetricQuestion, 'compareTo'> {
  const to = leaf(argument, '');
  return to === 'PREVIOUS_PERIOD' || to === 'PREVIOUS_YEAR' ? { compareTo: to } : {};
}

/** What the question got wrong is the client's to know. */
function wrapFaults<T>(site: FieldSite, ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (error instanceof GraphQLError || !(error instanceof ThauError)) throw error;
    throw requestError(error.code, error.message, {
      node: site.node,
      ...(error.hint !== undefined && { hint: error.hint }),
    });
  }
}
