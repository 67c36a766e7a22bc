import type { BoundField, BoundObject, BoundAbstract, BoundType, ColumnField } from './bound-schema.js';
import { scalarFilterSdl } from './built-in-sdl.js';
import { snakeCase } from './names.js';

type RowBound = BoundObject | BoundAbstract;

/**
 * Writes the SDL of filters, orders, aggregates and connections, each when first asked for: a type that nothing lists
 * gets none.
 */
export class TypeGenerator {
  readonly #types: ReadonlyMap<string, BoundType>;
  readonly #written = new Map<string, string>();

  /** `deprecated` gives a field's `@deprecated(…)`, which what is generated of it then carries too. */
  constructor(
    types: ReadonlyMap<string, BoundType>,
    private readonly deprecated: (typeName: string, field: string) => string,
  ) {
    this.#types = types;
  }

  /** Names and SDL of all that was asked for. */
  get written(): ReadonlyMap<string, string> {
    return this.#written;
  }

  /** `OrderFilter`; undefined when the type has nothing to filter by. */
  filter(typeName: string): string | undefined {
    const type = this.#rowType(typeName);
    if (!type) return undefined;
    const name = `${typeName}Filter`;
    return this.#once(name, () => {
      const lines = Object.entries(type.fields).flatMap(([field, bound]) => {
        const input = this.#fieldFilter(bound);
        return input === undefined ? [] : [`${field}: ${input}${this.deprecated(typeName, field)}`];
      });
      if (lines.length === 0) return undefined;
      return `"Every condition given must hold."\ninput ${name} {\n  ${[
        ...lines,
        `and: [${name}!]`,
        `or: [${name}!]`,
        `not: ${name}`,
      ].join('\n  ')}\n}`;
    });
  }

  #fieldFilter(field: BoundField): string | undefined {
    if (field.kind === 'id') return this.#scalarFilter('ID');
    if (field.kind === 'column') return isComparable(field) ? this.#scalarFilter(field.type) : undefined;
    if (field.kind === 'one') return this.filter(field.target);
    if (field.kind === 'many') return this.#listFilter(field.target);
    return undefined;
  }

  #scalarFilter(type: string): string {
    return this.#once(`${type}Filter`, () => scalarFilterSdl(type)) ?? `${type}Filter`;
  }

  #listFilter(target: string): string | undefined {
    const inner = this.filter(target);
    if (inner === undefined) return undefined;
    return this.#once(
      `${target}ListFilter`,
      () =>
        `"How many of the rows meet the condition."\ninput ${target}ListFilter {\n  some: ${inner}\n  every: ${inner}\n  none: ${inner}\n}`,
    );
  }

  /** `OrderOrderBy`, one field per input object. */
  orderBy(typeName: string): string | undefined {
    const type = this.#rowType(typeName);
    if (!type) return undefined;
    const name = `${typeName}OrderBy`;
    return this.#once(name, () => {
      const lines = Object.entries(type.fields).flatMap(([field, bound]) =>
        bound.kind === 'id' || (bound.kind === 'column' && isComparable(bound))
          ? [`${field}: Direction${this.deprecated(typeName, field)}`]
          : [],
      );
      if (lines.length === 0) return undefined;
      return `input ${name} @oneOf {\n  ${lines.join('\n  ')}\n}`;
    });
  }

  /** `OrderConnection` and `OrderEdge`. */
  connection(typeName: string): string {
    const name = `${typeName}Connection`;
    this.#once(`${typeName}Edge`, () => `type ${typeName}Edge {\n  node: ${typeName}!\n  cursor: String!\n}`);
    this.#once(
      name,
      () =>
        `"A page of rows, by Relay's rules."\ntype ${name} {\n  edges: [${typeName}Edge!]!\n  "The edges' nodes."\n  nodes: [${typeName}!]!\n  pageInfo: PageInfo!\n  "How many rows there are on all pages; counted only when asked for."\n  totalCount: Int!\n}`,
    );
    return name;
  }

  /** `OrderAggregate`, with the types of its keys and figures. */
  aggregate(typeName: string): string | undefined {
    const type = this.#rowType(typeName);
    if (!type) return undefined;
    const name = `${typeName}Aggregate`;
    return this.#once(name, () => {
      const columns = Object.entries(type.fields).filter(
        (entry): entry is [string, ColumnField] => entry[1].kind === 'column' && isComparable(entry[1]),
      );
      const lines: string[] = [];
      if (columns.length > 0) {
        this.#once(
          `${typeName}AggregateKeys`,
          () =>
            `"What the rows are grouped by: exactly the fields that are selected, and those in groupBy."\ntype ${typeName}AggregateKeys {\n  ${columns
              .map(
                ([field, bound]) =>
                  `${field}${hasGrain(bound) ? '(grain: Grain)' : ''}: ${bound.type}${this.deprecated(typeName, field)}`,
              )
              .join('\n  ')}\n}`,
        );
        lines.push(`keys: ${typeName}AggregateKeys!`);
      }
      lines.push('count: Int!');
      for (const figure of figures) {
        const fields = columns.flatMap(([field, bound]) => {
          const result = figureType(figure, bound);
          return result === undefined ? [] : [`${field}: ${result}${this.deprecated(typeName, field)}`];
        });
        if (fields.length === 0) continue;
        const object = `${typeName}${figure.charAt(0).toUpperCase()}${figure.slice(1)}`;
        this.#once(object, () => `type ${object} {\n  ${fields.join('\n  ')}\n}`);
        lines.push(`${figure}: ${object}!`);
      }
      return `"Figures over a group of rows."\ntype ${name} {\n  ${lines.join('\n  ')}\n}`;
    });
  }

  /** `OrderGroupBy`: an enum of what rows can be grouped by. */
  groupBy(typeName: string): string | undefined {
    const type = this.#rowType(typeName);
    if (!type) return undefined;
    const name = `${typeName}GroupBy`;
    return this.#once(name, () => {
      const values = Object.entries(type.fields)
        .filter(([, bound]) => bound.kind === 'column' && isComparable(bound))
        .map(([field]) => `${groupByValue(field)}${this.deprecated(typeName, field)}`);
      return values.length === 0 ? undefined : `enum ${name} {\n  ${values.join('\n  ')}\n}`;
    });
  }

  #rowType(name: string): RowBound | undefined {
    const type = this.#types.get(name);
    return type === undefined || type.kind === 'namespace' ? undefined : type;
  }

  #once(name: string, write: () => string | undefined): string | undefined {
    if (this.#written.has(name)) return this.#written.get(name) === '' ? undefined : name;
    // set first: filters of two types name each other
    this.#written.set(name, 'being written');
    const sdl = write();
    this.#written.set(name, sdl ?? '');
    return sdl === undefined ? undefined : name;
  }
}

/** `orderedAt` → `ORDERED_AT`. */
export const groupByValue = (field: string): string => snakeCase(field).toUpperCase();

/** A column that can be compared and grouped by. */
export function isComparable(field: ColumnField): boolean {
  return !field.array && !['json', 'jsonb', 'xml'].includes(field.pgType) && field.type !== 'JSON';
}

export const hasGrain = (field: ColumnField): boolean =>
  !field.array && (field.type === 'DateTime' || field.type === 'Date');

/** The figures an aggregate offers. */
export const figures = ['sum', 'avg', 'median', 'min', 'max', 'countDistinct'] as const;
export type Figure = (typeof figures)[number];

const exact = ['Int', 'BigInt', 'Decimal'];

/** The type of a figure over a column; undefined where it makes no sense. */
export function figureType(figure: Figure, field: ColumnField): string | undefined {
  if (field.array) return undefined;
  const isNumber = exact.includes(field.type) || field.type === 'Float';
  switch (figure) {
    case 'sum':
      if (field.type === 'Int') return 'BigInt';
      return isNumber ? (field.type === 'Float' ? 'Float' : 'Decimal') : undefined;
    case 'avg':
      return isNumber ? (field.type === 'Float' ? 'Float' : 'Decimal') : undefined;
    case 'median':
      return isNumber ? 'Float' : undefined;
    case 'min':
    case 'max':
      return isNumber || field.type === 'DateTime' || field.type === 'Date' ? field.type : undefined;
    case 'countDistinct':
      return 'Int';
  }
}
