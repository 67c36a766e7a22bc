import { bindArguments } from '../../jinja/values/bind-arguments.js';
import type { Call } from '../../jinja/values/call.js';
import { HostFunction } from '../../jinja/values/host-function.js';
import { HostObject } from '../../jinja/values/host-object.js';
import { str } from '../../jinja/values/repr.js';
import type { Value } from '../../jinja/values/value.js';
import type { RelationColumn } from './database-adapter.js';

/** dbt's Column. Immutable. */
export class ColumnValue extends HostObject {
  readonly typeName = 'Column';

  constructor(readonly column: RelationColumn) {
    super();
  }

  /** The type with its length or precision, as DDL writes it. */
  get dataType(): string {
    const { dataType, charMaxLength, numericPrecision, numericScale } = this.column;
    if (this.#isString) {
      if (dataType.toLowerCase() === 'text' || charMaxLength === null) {
        return dataType.toLowerCase() === 'text'
          ? 'text'
          : dataType.toLowerCase() === 'character varying'
            ? 'character varying'
            : `character varying(256)`;
      }
      return `character varying(${charMaxLength})`;
    }
    if (this.#isNumeric && numericPrecision !== null && numericScale !== null) {
      return `${dataType}(${numericPrecision},${numericScale})`;
    }
    return dataType;
  }

  get quoted(): string {
    return `"${this.column.name.replaceAll('"', '""')}"`;
  }

  get #isString(): boolean {
    return ['text', 'character varying', 'character', 'varchar', 'char'].includes(
      this.column.dataType.toLowerCase(),
    );
  }

  get #isNumeric(): boolean {
    return ['numeric', 'decimal'].includes(this.column.dataType.toLowerCase());
  }

  get #isInteger(): boolean {
    const integers = [
      'smallint',
      'integer',
      'bigint',
      'smallserial',
      'serial',
      'bigserial',
      'int2',
      'int4',
      'int8',
      'int',
      'serial2',
      'serial4',
      'serial8',
    ];
    return integers.includes(this.column.dataType.toLowerCase());
  }

  get #isFloat(): boolean {
    return ['real', 'float4', 'float', 'double precision', 'float8', 'double'].includes(
      this.column.dataType.toLowerCase(),
    );
  }

  /** Whether this column holds every text of `narrower`, and longer ones. */
  canExpand(narrower: ColumnValue): boolean {
    if (!this.#isString || !narrower.#isString) return false;
    return (this.column.charMaxLength ?? 256) > (narrower.column.charMaxLength ?? 256);
  }

  override getAttribute(name: string): Value | undefined {
    const { column } = this;
    const method = (answer: (call: Call) => Value): HostFunction => new HostFunction(name, answer);
    switch (name) {
      case 'name':
      case 'column':
        return column.name;
      case 'quoted':
        return this.quoted;
      case 'dtype':
        return column.dataType;
      case 'data_type':
        return this.dataType;
      case 'char_size':
        return column.charMaxLength;
      case 'numeric_precision':
        return column.numericPrecision;
      case 'numeric_scale':
        return column.numericScale;
      case 'is_string':
        return method(() => this.#isString);
      case 'is_numeric':
        return method(() => this.#isNumeric);
      case 'is_integer':
        return method(() => this.#isInteger);
      case 'is_float':
        return method(() => this.#isFloat);
      case 'is_number':
        return method(() => this.#isFloat || this.#isInteger || this.#isNumeric);
      case 'string_size':
        return method(() =>
          column.dataType === 'text' || column.charMaxLength === null ? 256 : column.charMaxLength,
        );
      case 'can_expand_to':
        return method((call) => {
          const [other] = bindArguments(name, call, ['other_column'], 1);
          return other instanceof ColumnValue && other.canExpand(this);
        });
      case 'literal':
        return method((call) => `${textOf(call.args[0] ?? null)}::${this.dataType}`);
    }
    return undefined;
  }

  override equals(other: Value): boolean {
    return other instanceof ColumnValue && other.hashKey() === this.hashKey();
  }

  override hashKey(): string {
    return `column:${JSON.stringify(this.column)}`;
  }

  override repr(): string {
    return `<Column ${this.column.name} (${this.dataType})>`;
  }
}

function textOf(value: Value): string {
  return value === null ? 'null' : str(value);
}

const canonical: Readonly<Record<string, string>> = {
  string: 'TEXT',
  float: 'float',
  integer: 'integer',
  boolean: 'boolean',
  timestamp: 'timestamp',
};

/** `api.Column`: makes columns and translates type names. */
export class ColumnClass extends HostObject {
  readonly typeName = 'type';

  override getAttribute(name: string): Value | undefined {
    switch (name) {
      case 'create':
        return new HostFunction(name, (call) => {
          const [column = '', type = ''] = bindArguments(name, call, ['name', 'label_or_dtype'], 2);
          return makeColumn(textOf(column), translate(textOf(type)));
        });
      case 'translate_type':
        return new HostFunction(name, (call) => translate(textOf(call.args[0] ?? '')));
      case 'string_type':
        return new HostFunction(name, (call) => `character varying(${textOf(call.args[0] ?? 256)})`);
      case 'numeric_type':
        return new HostFunction(name, (call) => {
          const [type = '', precision = null, scale = null] = bindArguments(name, call, [
            'dtype',
            'precision',
            'scale',
          ]);
          return precision === null || scale === null
            ? textOf(type)
            : `${textOf(type)}(${textOf(precision)},${textOf(scale)})`;
        });
    }
    return undefined;
  }

  override call(call: Call): Value {
    const [column = '', type = '', size = null, precision = null, scale = null] = bindArguments(
      'Column',
      call,
      ['column', 'dtype', 'char_size', 'numeric_precision', 'numeric_scale'],
    );
    const numberOf = (value: Value): number | null => (typeof value === 'number' ? value : null);
    return new ColumnValue({
      name: textOf(column),
      dataType: textOf(type),
      charMaxLength: numberOf(size),
      numericPrecision: numberOf(precision),
      numericScale: numberOf(scale),
    });
  }

  override repr(): string {
    return "<class 'PostgresColumn'>";
  }
}

function makeColumn(name: string, dataType: string): ColumnValue {
  return new ColumnValue({ name, dataType, charMaxLength: null, numericPrecision: null, numericScale: null });
}

function translate(type: string): string {
  return canonical[type.toLowerCase()] ?? type;
}
