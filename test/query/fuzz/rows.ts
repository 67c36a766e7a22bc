import pg from 'pg';
import type { BoundRelation, BoundSchema } from '../../../src/schema/bound-schema.js';

/** A row as the reference reads it: each column as PostgreSQL writes it, and as JSON shows it. */
export interface Row {
  readonly model: string;
  readonly text: Readonly<Record<string, string | null>>;
  readonly json: Readonly<Record<string, unknown>>;
}

export type Tables = ReadonlyMap<string, readonly Row[]>;

/** Reads every bound relation of the shop into memory. */
export async function readTables(bound: BoundSchema, url: string): Promise<Tables> {
  const client = new pg.Client({ connectionString: url, options: '-c TimeZone=UTC' });
  await client.connect();
  try {
    const tables = new Map<string, readonly Row[]>();
    for (const relation of Object.values(bound.relations)) {
      if (relation.published) tables.set(relation.model, await readTable(client, relation));
    }
    return tables;
  } finally {
    await client.end();
  }
}

async function readTable(client: pg.Client, relation: BoundRelation): Promise<readonly Row[]> {
  const columns = Object.keys(relation.columns);
  const { rows } = await client.query<(string | null)[]>({
    text: `select ${columns.map((name) => `${name}::text, to_json(${name})::text`).join(', ')} from ${relation.from} t`,
    rowMode: 'array',
  });
  return rows.map((values) => ({
    model: relation.model,
    text: Object.fromEntries(columns.map((name, index) => [name, values[index * 2] ?? null])),
    json: Object.fromEntries(
      columns.map((name, index) => [name, JSON.parse(values[index * 2 + 1] ?? 'null') as unknown]),
    ),
  }));
}

/** Orders two values as PostgreSQL does, NULL apart: numbers by value with NaN last, texts by their bytes. */
export function compareValues(a: string, b: string, pgType: string): number {
  if (/int|numeric|real|double/.test(pgType)) {
    const [x, y] = [Number(a), Number(b)];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    return x < y ? -1 : x > y ? 1 : 0;
  }
  if (/^timestamp|^date/.test(pgType)) {
    const rank = (value: string): number =>
      value === 'infinity' ? Infinity : value === '-infinity' ? -Infinity : microseconds(value);
    const [x, y] = [rank(a), rank(b)];
    return x < y ? -1 : x > y ? 1 : 0;
  }
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Microseconds since 1970, small enough for a double's 53 bits. */
function microseconds(value: string): number {
  const [, seconds, fraction] = /^(.*?)(?:\.(\d+))?(?=[+-]\d\d|Z|$)/.exec(value.slice(10)) ?? [];
  const zone = /([+-]\d\d(?::?\d\d)?|Z)$/.exec(value.slice(10))?.[1] ?? 'Z';
  const offset = zone === 'Z' ? 'Z' : zone.length === 3 ? `${zone}:00` : zone;
  const time = (seconds ?? '').replace(/^[T ]/, '') || '00:00:00';
  return (
    Date.parse(`${value.slice(0, 10)}T${time}${offset}`) * 1000 + Number((fraction ?? '').padEnd(6, '0'))
  );
}
