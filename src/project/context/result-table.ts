import { Dict } from '../../jinja/values/dict.js';
import { Float } from '../../jinja/values/float.js';
import { HostFunction } from '../../jinja/values/host-function.js';
import { HostObject } from '../../jinja/values/host-object.js';
import { isInteger } from '../../jinja/values/number.js';
import { Tuple } from '../../jinja/values/tuple.js';
import type { Value } from '../../jinja/values/value.js';
import { bindArguments } from '../../jinja/values/bind-arguments.js';
import type { QueryAnswer } from './database-adapter.js';
import { DecimalValue } from './decimal-value.js';

/**
 * A statement's rows as dbt's agate tables show them: `columns` by index or name with `values()`, `rows` by
 * index, each row by index or name and with `items()`.
 */
export class ResultTable extends HostObject {
  readonly typeName = 'Table';

  constructor(
    readonly columnNames: readonly string[],
    readonly rows: readonly (readonly Value[])[],
  ) {
    super();
  }

  static of(answer: QueryAnswer): ResultTable {
    return new ResultTable(
      uniqueNames(answer.columns.map((column) => column.name)),
      answer.rows.map((row) =>
        row.map((text, index) => readValue(text, answer.columns[index]?.typeOid ?? 25)),
      ),
    );
  }

  override getAttribute(name: string): Value | undefined {
    switch (name) {
      case 'columns':
        return new Mapped(
          'MappedSequence',
          this.columnNames,
          this.columnNames.map(
            (column, index) =>
              new ColumnOfTable(
                column,
                this.rows.map((row) => row[index] ?? null),
                index,
              ),
          ),
        );
      case 'rows':
        return new Mapped(
          'MappedSequence',
          null,
          this.rows.map((row) => new RowOfTable(this.columnNames, row)),
        );
      case 'column_names':
        return new Tuple(this.columnNames);
      case 'print_table':
        return new HostFunction(name, () => null);
      case 'select':
      case 'exclude':
        return new HostFunction(name, (call) => {
          const [key = null] = bindArguments(name, call, ['key'], 1);
          const wanted = new Set(Array.isArray(key) ? key : key instanceof Tuple ? key.items : [key]);
          return this.#take((column) => wanted.has(column) === (name === 'select'));
        });
      case 'rename':
        return new HostFunction(name, (call) => {
          const [names = null] = bindArguments(name, call, ['column_names']);
          return new ResultTable(
            this.columnNames.map((column, index) => {
              const renamed =
                names instanceof Dict ? names.get(column) : Array.isArray(names) ? names[index] : null;
              return typeof renamed === 'string' ? renamed : column;
            }),
            this.rows,
          );
        });
      case 'limit':
        return new HostFunction(name, (call) => {
          const [first = null] = bindArguments(name, call, ['start_or_stop'], 1);
          return new ResultTable(this.columnNames, this.rows.slice(0, Number(first)));
        });
    }
    return undefined;
  }

  #take(keep: (column: string) => boolean): ResultTable {
    const kept = this.columnNames.flatMap((column, index) => (keep(column) ? [index] : []));
    return new ResultTable(
      kept.map((index) => this.columnNames[index] ?? ''),
      this.rows.map((row) => kept.map((index) => row[index] ?? null)),
    );
  }

  override iterate(): Iterable<Value> {
    return this.rows.map((row) => new RowOfTable(this.columnNames, row));
  }

  override length(): number {
    return this.rows.length;
  }

  override isTrue(): boolean {
    return this.rows.length > 0;
  }

  override getItem(key: Value): Value | undefined {
    const row = isInteger(key) ? this.rows.at(Number(key)) : undefined;
    return row && new RowOfTable(this.columnNames, row);
  }

  override toPlain(): Value {
    return this.rows.map(
      (row) => new Dict(row.map((value, index) => [this.columnNames[index] ?? '', value] as const)),
    );
  }
}

/** A sequence whose members also have names. */
class Mapped extends HostObject {
  constructor(
    readonly typeName: string,
    readonly names: readonly string[] | null,
    readonly items: readonly Value[],
  ) {
    super();
  }

  override getItem(key: Value): Value | undefined {
    if (isInteger(key)) return this.items.at(Number(key));
    if (typeof key !== 'string' || this.names === null) return undefined;
    const index = this.names.indexOf(key);
    return index < 0 ? undefined : this.items[index];
  }

  override getAttribute(name: string): Value | undefined {
    const names = this.names ?? this.items.map((_, index) => String(index));
    switch (name) {
      case 'values':
        return new HostFunction(name, () => new Tuple(this.items));
      case 'keys':
        return new HostFunction(name, () => new Tuple(names));
      case 'items':
        return new HostFunction(name, () =>
          names.map((key, index) => new Tuple([key, this.items[index] ?? null])),
        );
      case 'dict':
        return new HostFunction(name, () => this.#dict());
      case 'get':
        return new HostFunction(name, (call) => {
          const [key = null, fallback = null] = bindArguments(name, call, ['key', 'default'], 1);
          return this.getItem(key) ?? fallback;
        });
    }
    return undefined;
  }

  #dict(): Dict {
    return new Dict(this.items.map((item, index) => [this.names?.[index] ?? index, item] as const));
  }

  override iterate(): Iterable<Value> {
    return this.items;
  }

  override length(): number {
    return this.items.length;
  }

  override equals(other: Value): boolean {
    return (
      other instanceof Mapped &&
      other.items.length === this.items.length &&
      other.items.every((item, index) => item === this.items[index])
    );
  }

  override toPlain(): Value {
    return [...this.items];
  }

  override repr(): string {
    return `<agate.${this.typeName}>`;
  }
}

class RowOfTable extends Mapped {
  constructor(names: readonly string[], items: readonly Value[]) {
    super('Row', names, items);
  }

  // a row's names are fields too: row.customer_id
  override getAttribute(name: string): Value | undefined {
    return super.getAttribute(name) ?? this.getItem(name);
  }
}

class ColumnOfTable extends Mapped {
  constructor(
    readonly name: string,
    items: readonly Value[],
    readonly index: number,
  ) {
    super('Column', null, items);
  }

  override getAttribute(name: string): Value | undefined {
    switch (name) {
      case 'name':
        return this.name;
      case 'index':
        return this.index;
      case 'values_distinct':
        return new HostFunction(name, () => new Tuple([...new Set(this.items)]));
      case 'values_without_nulls':
        return new HostFunction(name, () => new Tuple(this.items.filter((item) => item !== null)));
    }
    return super.getAttribute(name);
  }
}

/** agate's names for columns of one name: `a`, `a_2`. */
function uniqueNames(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    return times === 1 ? name : `${name}_${times}`;
  });
}

const booleanOid = 16;
const integerOids = new Set([20, 21, 23, 26]);
const floatOids = new Set([700, 701]);
const numericOid = 1700;

/** PostgreSQL's text as a value by its type. Times stay text, in ISO format. */
function readValue(text: string | null, typeOid: number): Value {
  if (text === null) return null;
  if (typeOid === booleanOid) return text === 't' || text === 'true';
  if (integerOids.has(typeOid)) {
    const number = Number(text);
    return Number.isSafeInteger(number) ? number : BigInt(text);
  }
  if (floatOids.has(typeOid)) return new Float(Number(text));
  if (typeOid === numericOid) return /^-?\d+$/.test(text) ? readValue(text, 20) : new DecimalValue(text);
  return text;
}
