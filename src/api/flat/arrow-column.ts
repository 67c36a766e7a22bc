import {
  Bool,
  DateDay,
  Decimal,
  Field,
  Float64,
  Int32,
  Int64,
  List,
  makeData,
  TimestampMicrosecond,
  Utf8,
  type Data,
  type DataType,
} from 'apache-arrow';
import { ThauError } from '../../errors/thau-error.js';
import type { FlatColumn } from './trusted-operation.js';

/** Digits of a decimal and how many of them stand behind the point: as many as every reader of Arrow takes. */
const precision = 38;
const scale = 18;

/** A column as Arrow has it: its type is the same whatever stands in it, and each batch of values becomes its buffers. */
export interface ArrowColumn {
  readonly field: Field;
  readonly data: (this: void, values: readonly unknown[]) => Data;
}

export function arrowColumn({ name, type, list }: FlatColumn): ArrowColumn {
  const one = vectors[type] ?? text;
  if (!list) return { field: new Field(name, one.type, true), data: (values) => one.data(values, name) };
  const item = new Field('item', one.type, true);
  const listType = new List(item);
  return {
    field: new Field(name, listType, true),
    data: (values) => {
      const lists = values as readonly (readonly unknown[] | null)[];
      const valueOffsets = new Int32Array(lists.length + 1);
      lists.forEach((items, row) => {
        valueOffsets[row + 1] = (valueOffsets[row] ?? 0) + (items?.length ?? 0);
      });
      const child = one.data(
        lists.flatMap((items) => items ?? []),
        name,
      );
      return makeData({ type: listType, length: lists.length, ...nulls(values), valueOffsets, child });
    },
  };
}

interface Vector {
  readonly type: DataType;
  readonly data: (this: void, values: readonly unknown[], name: string) => Data;
}

/** Which values stand: a bit each, the lowest first. https://arrow.apache.org/docs/format/Columnar.html#validity-bitmaps */
function nulls(values: readonly unknown[]): {
  readonly nullCount: number;
  readonly nullBitmap: Uint8Array | undefined;
} {
  const bitmap = bits(values, (value) => value !== null);
  const nullCount = values.reduce<number>((count, value) => count + (value === null ? 1 : 0), 0);
  return { nullCount, nullBitmap: nullCount === 0 ? undefined : bitmap };
}

function bits(values: readonly unknown[], isSet: (value: unknown) => boolean): Uint8Array {
  const bitmap = new Uint8Array(Math.ceil(values.length / 8));
  values.forEach((value, row) => {
    if (isSet(value)) bitmap[row >> 3] = (bitmap[row >> 3] ?? 0) | (1 << (row & 7));
  });
  return bitmap;
}

/** A vector of equally wide numbers. */
function numbers<Buffer extends Int32Array | Float64Array | BigInt64Array>(
  type: DataType,
  make: (length: number) => Buffer,
  read: (value: unknown, name: string) => Buffer[number],
): Vector {
  return {
    type,
    data: (values, name) => {
      const data = make(values.length);
      values.forEach((value, row) => {
        if (value !== null) data[row] = read(value, name);
      });
      return makeData({
        type: type as Int32,
        length: values.length,
        ...nulls(values),
        data: data as Int32Array,
      });
    },
  };
}

const text: Vector = {
  type: new Utf8(),
  data: (values) => {
    const valueOffsets = new Int32Array(values.length + 1);
    const parts = values.map((value, row) => {
      const bytes = value === null ? Buffer.alloc(0) : Buffer.from(textOf(value), 'utf8');
      valueOffsets[row + 1] = (valueOffsets[row] ?? 0) + bytes.length;
      return bytes;
    });
    const data = new Uint8Array(Buffer.concat(parts));
    return makeData({ type: new Utf8(), length: values.length, ...nulls(values), valueOffsets, data });
  },
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const json: Vector = {
  type: new Utf8(),
  data: (values, name) =>
    text.data(
      values.map((value) => (value === null ? null : JSON.stringify(value))),
      name,
    ),
};

const boolean: Vector = {
  type: new Bool(),
  data: (values) =>
    makeData({
      type: new Bool(),
      length: values.length,
      ...nulls(values),
      data: bits(values, (value) => value === true),
    }),
};

const decimal: Vector = {
  type: new Decimal(scale, precision, 128),
  data: (values, name) => {
    const data = new Uint32Array(values.length * 4);
    const words = new BigUint64Array(data.buffer);
    values.forEach((value, row) => {
      if (value === null) return;
      const scaled = scaledOf(value as string, name);
      words[row * 2] = BigInt.asUintN(64, scaled);
      words[row * 2 + 1] = BigInt.asUintN(64, scaled >> 64n);
    });
    const type = new Decimal(scale, precision, 128);
    return makeData({ type, length: values.length, ...nulls(values), data });
  },
};

/** `-12.5` → −12.5 · 10¹⁸; what stands behind the eighteenth digit is rounded, half away from zero. */
function scaledOf(value: string, name: string): bigint {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(value) ?? [];
  if (whole === '') throw outside(name);
  const kept = BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'));
  const rounded = kept + ((fraction[scale] ?? '0') >= '5' ? 1n : 0n);
  if (rounded >= 10n ** BigInt(precision)) throw outside(name);
  return sign === '' ? rounded : -rounded;
}

function outside(name: string): ThauError {
  return new ThauError('POSTGRES_DATA', `A value of ${name} is outside what an Arrow decimal holds.`, {
    hint: 'Ask for the rows as csv, json or ndjson, which hold every number.',
  });
}

/** `2026-01-05T03:00:00.25+00:00` → microseconds since 1970; the API's sessions are in UTC. */
function microseconds(value: unknown, name: string): bigint {
  const [, second = '', fraction = ''] = /^([^.+]*)(?:\.(\d+))?/.exec(value as string) ?? [];
  const milliseconds = Date.parse(`${second}Z`);
  if (Number.isNaN(milliseconds)) throw outsideTime(name);
  return BigInt(milliseconds) * 1000n + BigInt(fraction.slice(0, 6).padEnd(6, '0'));
}

function days(value: unknown, name: string): number {
  const milliseconds = Date.parse(`${value as string}T00:00:00Z`);
  if (Number.isNaN(milliseconds)) throw outsideTime(name);
  return milliseconds / 86_400_000;
}

function outsideTime(name: string): ThauError {
  return new ThauError('POSTGRES_DATA', `A time of ${name} is outside the years 0 to 9999.`, {
    hint: 'Ask for the rows as csv, json or ndjson, which hold every time.',
  });
}

const vectors: Readonly<Record<string, Vector>> = {
  Int: numbers(new Int32(), (length) => new Int32Array(length), Number),
  Float: numbers(new Float64(), (length) => new Float64Array(length), Number),
  BigInt: numbers(
    new Int64(),
    (length) => new BigInt64Array(length),
    (value) => BigInt(value as string),
  ),
  Decimal: decimal,
  Boolean: boolean,
  DateTime: numbers(new TimestampMicrosecond('UTC'), (length) => new BigInt64Array(length), microseconds),
  Date: numbers(new DateDay(), (length) => new Int32Array(length), days),
  JSON: json,
};
