import { createHash } from 'node:crypto';
import {
  execute,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
} from 'graphql';
import { collectSubfields } from 'graphql/execution/collectFields.js';
import { getArgumentValues } from 'graphql/execution/values.js';
import { unknownShape } from '../../../src/query/complete-suspect.js';
import type {
  BoundAbstract,
  BoundField,
  BoundObject,
  BoundSchema,
  Join,
  ManyField,
  OrderTerm,
  ViaJoin,
  WhereArgument,
} from '../../../src/schema/bound-schema.js';
import { aggregateRows } from './reference-aggregate.js';
import { meetsFilter, type FilterArgument } from './reference-filter.js';
import { compareValues, type Row, type Tables } from './rows.js';

type RowType = BoundObject | BoundAbstract;

/** A row with the type it is read as. */
export interface RowValue {
  readonly row: Row;
  readonly type: RowType;
}

/** Plain resolvers over rows in memory: what the compiled statements must equal, fault for fault. */
export class Reference {
  constructor(
    readonly bound: BoundSchema,
    readonly schema: GraphQLSchema,
    readonly tables: Tables,
  ) {}

  execute(document: DocumentNode, variables: Record<string, unknown>): ExecutionResult {
    return execute({
      schema: this.schema,
      document,
      variableValues: variables,
      fieldResolver: this.#resolve,
      typeResolver: (value, _context, _info, abstractType) => {
        const { row, type } = value as RowValue;
        if (abstractType.name === 'Node') return type.name;
        const bound = this.bound.types[abstractType.name] as BoundAbstract;
        const stored = row.text[bound.discriminator] ?? '';
        const name = Object.hasOwn(bound.variants, stored) ? bound.variants[stored] : undefined;
        if (name === undefined) throw unknownShape(abstractType.name, bound.discriminator, stored);
        return name;
      },
    }) as ExecutionResult;
  }

  rowType(name: string): RowType {
    return this.bound.types[name] as RowType;
  }

  readonly #resolve: GraphQLFieldResolver<unknown, unknown> = (source, args, _context, info) => {
    const field = this.bound.types[info.parentType.name]?.fields[info.fieldName];
    // pages, edges and figures are plain objects already
    if (field === undefined) {
      const value = (source as Record<string, unknown>)[info.fieldName];
      return typeof value === 'function'
        ? (value as (given: unknown, at: GraphQLResolveInfo) => unknown)(args, info)
        : value;
    }
    const parent = source as RowValue | undefined;
    return this.#field(field, parent, args as Record<string, unknown>, info);
  };

  #field(
    field: BoundField,
    parent: RowValue | undefined,
    args: Record<string, unknown>,
    info: GraphQLResolveInfo,
  ): unknown {
    switch (field.kind) {
      case 'namespace':
        return {};
      case 'id':
        return `${info.parentType.name}:${parent?.row.text[field.columns[0] ?? ''] ?? ''}`;
      case 'column':
        return this.value(parent as RowValue, field);
      case 'one':
        return this.#one(field, parent, args);
      case 'many':
        return this.#many(field, parent, args);
      case 'aggregate': {
        const rows = this.related(field.target, parent, field.on, field.via)
          .filter((item) => field.where.every((bound) => this.#meets(item, bound, args[bound.argument])))
          .filter((item) => meetsFilter(this, item, args['filter'] as FilterArgument));
        return aggregateRows(this, field.target, rows, args, info);
      }
      case 'call': {
        const other = String(args['other']).replace(/^Customer:/, '');
        return {
          one: Number(parent?.row.text['customer_id']),
          other: /^-?\d+$/.test(other) ? Number(other) : null,
        };
      }
      case 'node':
        return this.#node(String(args['id']));
      case 'nodes':
        return (args['ids'] as string[]).map((id) => this.#node(id));
      case 'metrics':
        throw new Error('metrics are not fuzzed');
    }
  }

  /** A column's value as GraphQL serialises it. */
  value({ row }: RowValue, field: Extract<BoundField, { kind: 'column' }>): unknown {
    const written = row.text[field.column] ?? null;
    if (written === null) return null;
    const json = row.json[field.column];
    if (field.array) return json;
    const stored = this.bound.enums[field.type];
    if (stored) return Object.keys(stored).find((name) => stored[name] === written) ?? written;
    switch (field.type) {
      case 'Int':
      case 'Float':
        return Number(written);
      case 'Boolean':
        return written === 'true';
      case 'DateTime':
      case 'JSON':
        return json;
      default:
        return written;
    }
  }

  related(
    target: string,
    parent: RowValue | undefined,
    on: readonly Join[],
    via: ViaJoin | undefined,
  ): readonly RowValue[] {
    const type = this.rowType(target);
    const all = (this.tables.get(type.model) ?? []).filter(
      (row) =>
        type.kind !== 'object' || !type.variant || row.text[type.variant.column] === type.variant.value,
    );
    const same = (a: Row, b: Row, joins: readonly Join[]): boolean =>
      joins.every((join) => a.text[join.from] !== null && a.text[join.from] === b.text[join.to]);
    if (!parent) return all.map((row) => ({ row, type }));
    if (!via) return all.filter((row) => same(parent.row, row, on)).map((row) => ({ row, type }));
    const ties = (this.tables.get(via.model) ?? []).filter(
      // the only condition that the shop's SDL uses
      (row) => row.text['left_at'] === null && same(parent.row, row, via.from),
    );
    return all.filter((row) => ties.some((tie) => same(tie, row, via.to))).map((row) => ({ row, type }));
  }

  #one(
    field: Extract<BoundField, { kind: 'one' }>,
    parent: RowValue | undefined,
    args: Record<string, unknown>,
  ): RowValue | null {
    let rows = this.related(field.target, parent, field.on, field.via);
    rows = rows.filter((item) =>
      field.where.every((bound) => this.#meets(item, bound, args[bound.argument])),
    );
    const key = rows[0]?.type.key[0] ?? '';
    for (const { argument } of field.keyArguments) {
      const id = bareKey(args[argument], field.target);
      rows = rows.filter((item) => item.row.text[key] === id);
    }
    const by = field.by && (args[field.by.argument] as Record<string, string> | undefined);
    for (const [name, value] of Object.entries(by ?? {})) {
      if (name === 'id') rows = rows.filter((item) => item.row.text[key] === bareKey(value, field.target));
      else {
        const found = (this.tables.get('identities') ?? [])
          .filter((row) => row.text['identifier_value'] === value)
          .filter(({ text }) =>
            name === 'externalId'
              ? !['email', 'phone'].includes(text['identifier_type'] ?? '')
              : text['identifier_type'] === name,
          )
          .map((row) => row.text['customer_id'])
          .sort((a, b) => Number(a) - Number(b));
        rows = rows.filter((item) => item.row.text[key] === found[0]);
      }
    }
    return this.sorted(rows, [])[0] ?? null;
  }

  #many(field: ManyField, parent: RowValue | undefined, args: Record<string, unknown>): unknown {
    const found = this.related(field.target, parent, field.on, field.via)
      .filter((item) => field.where.every((bound) => this.#meets(item, bound, args[bound.argument])))
      .filter((item) => meetsFilter(this, item, args['filter'] as FilterArgument));
    const terms = this.terms(field, args['orderBy']);
    const rows = this.sorted(found, terms);
    if (field.shape === 'list')
      return typeof args['first'] === 'number' ? rows.slice(0, args['first']) : rows;
    return this.#page(rows, terms, args);
  }

  /** Relay's pagination algorithm. */
  #page(all: readonly RowValue[], terms: readonly OrderTerm[], args: Record<string, unknown>): unknown {
    const cursors = all.map((item) => this.cursor(item, terms));
    let rows = all.map((item, index) => ({ node: item, cursor: cursors[index] }));
    // a cursor is a place in the order, whether or not its row is in this list
    const place = (cursor: unknown): RowValue | undefined =>
      typeof cursor === 'string' && all[0]
        ? this.related(all[0].type.name, undefined, [], undefined).find(
            (item) => this.cursor(item, terms) === cursor,
          )
        : undefined;
    const [after, before] = [place(args['after']), place(args['before'])];
    if (after) rows = rows.filter((edge) => this.#compare(edge.node, after, terms) > 0);
    if (before) rows = rows.filter((edge) => this.#compare(edge.node, before, terms) < 0);
    const last = typeof args['last'] === 'number' ? args['last'] : undefined;
    const first = typeof args['first'] === 'number' ? args['first'] : last === undefined ? 100 : undefined;
    const [hasFirst, hasLast] = [first !== undefined && rows.length > first, last !== undefined];
    if (first !== undefined) rows = rows.slice(0, first);
    const hasPreviousPage = hasLast && rows.length > (last ?? 0);
    if (last !== undefined) rows = last === 0 ? [] : rows.slice(-last);
    return {
      edges: rows,
      nodes: rows.map((edge) => edge.node),
      totalCount: all.length,
      pageInfo: {
        hasNextPage: hasFirst,
        hasPreviousPage,
        startCursor: rows[0]?.cursor ?? null,
        endCursor: rows.at(-1)?.cursor ?? null,
      },
    };
  }

  terms(field: Pick<ManyField, 'order' | 'target'>, orderBy: unknown): readonly OrderTerm[] {
    const type = this.rowType(field.target);
    const asked = ((orderBy as Record<string, string>[] | undefined) ?? []).flatMap((item) =>
      Object.entries(item).map(([name, direction]): OrderTerm => {
        const bound = type.fields[name];
        return {
          column: bound?.kind === 'column' ? bound.column : (type.key[0] ?? ''),
          descending: direction.startsWith('DESC'),
          nullsFirst: direction === 'DESC' || direction === 'ASC_NULLS_FIRST',
        };
      }),
    );
    const key = type.key.map((column) => ({ column, descending: false, nullsFirst: false }));
    const all = [...(asked.length > 0 ? asked : field.order), ...key];
    return all.filter((term, index) => all.findIndex((item) => item.column === term.column) === index);
  }

  sorted(rows: readonly RowValue[], terms: readonly OrderTerm[]): readonly RowValue[] {
    return [...rows].sort((a, b) => this.#compare(a, b, terms));
  }

  #compare(a: RowValue, b: RowValue, terms: readonly OrderTerm[]): number {
    const { key, model } = a.type;
    const columns = this.bound.relations[model]?.columns ?? {};
    const ties = key.map((column) => ({ column, descending: false, nullsFirst: false }));
    for (const { column, descending, nullsFirst } of [...terms, ...ties]) {
      const [x, y] = [a.row.text[column] ?? null, b.row.text[column] ?? null];
      if (x === null || y === null) {
        if (x === y) continue;
        return (x === null) === nullsFirst ? -1 : 1;
      }
      const order = compareValues(x, y, columns[column]?.type ?? 'text');
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  }

  cursor({ row, type }: RowValue, terms: readonly OrderTerm[]): string {
    const order = terms.map(({ column, descending, nullsFirst }) => [column, descending, nullsFirst]);
    const hash = (value: string): string => createHash('sha256').update(value).digest('hex');
    const salt = hash(JSON.stringify(['', type.model, order])).slice(0, 16);
    const values = `[${terms.map(({ column }) => JSON.stringify(row.text[column] ?? null)).join(', ')}]`;
    return Buffer.from(hash(salt + values).slice(0, 8) + values).toString('base64');
  }

  #meets({ row, type }: RowValue, bound: WhereArgument, value: unknown): boolean {
    if (value === undefined || value === null) return true;
    const written = row.text[bound.column] ?? null;
    const field = Object.values(type.fields).find(
      (item) => item.kind === 'column' && item.column === bound.column,
    );
    const stored = field?.kind === 'column' ? this.bound.enums[field.type] : undefined;
    if (written === null) return false;
    if (bound.op === 'IN') return (value as string[]).includes(written);
    const other = typeof value === 'string' ? value : JSON.stringify(value);
    const order = compareValues(written, stored?.[other] ?? other, bound.pgType);
    return bound.op === 'GTE' ? order >= 0 : order === 0;
  }

  #node(id: string): RowValue | null {
    const [name = '', key] = id.split(':');
    const type = this.bound.types[name];
    if (type?.kind !== 'object' || !this.#isNode(name)) return null;
    const rows = this.related(name, undefined, [], undefined);
    return rows.find((item) => item.row.text[type.key[0] ?? ''] === key) ?? null;
  }

  #isNode(name: string): boolean {
    const type = this.schema.getType(name) as GraphQLObjectType | undefined;
    return type?.getInterfaces().some((item) => item.name === 'Node') ?? false;
  }
}

const bareKey = (id: unknown, type: string): string => {
  const written = String(id);
  return written.startsWith(`${type}:`) ? written.slice(type.length + 1) : written;
};

/** The fields selected below, by response key, with their arguments. */
export function selectedBelow(
  info: GraphQLResolveInfo,
  type: GraphQLObjectType,
  nodes = info.fieldNodes,
): {
  readonly name: string;
  readonly args: Record<string, unknown>;
  readonly nodes: GraphQLResolveInfo['fieldNodes'];
}[] {
  const grouped = collectSubfields(info.schema, info.fragments, info.variableValues, type, nodes);
  return [...grouped.values()].flatMap((found) => {
    const [node] = found;
    const definition = node && type.getFields()[node.name.value];
    if (!node || !definition) return [];
    return [
      { name: node.name.value, args: getArgumentValues(definition, node, info.variableValues), nodes: found },
    ];
  });
}
