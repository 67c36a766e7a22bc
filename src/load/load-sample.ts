import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ThauError } from '../errors/thau-error.js';
import { qualifiedName, quoteIdentifier } from '../postgres/identifier.js';
import type { Database } from '../postgres/database.js';
import type { Session } from '../postgres/session.js';
import { relationOf, type RawTable } from '../sample/contract/table.js';
import { rawTables } from '../sample/contract/tables.js';
import { generate } from '../sample/generate.js';
import type { SampleOptions } from '../sample/options.js';
import { copyLine, copyStatement } from './copy-text.js';
import { loadFile } from './load-file.js';
import { makeRawTable, type RawTarget, type WhenThere } from './raw-table.js';

export interface LoadSampleOptions {
  /** A folder of `<source>/<table>.csv` to read; without it the rows come straight from the generator. */
  readonly folder?: string;
  /** How messages name the folder. */
  readonly shown?: string;
  readonly generate?: Partial<SampleOptions>;
  readonly whenThere: WhenThere;
  /** Told after each table, or while it is filled from the generator. */
  readonly onTable?: (relation: string, rows: number) => void;
}

/** The sample shop's raw tables, all in one transaction; answers the rows by relation. */
export function loadSample(
  database: Database,
  options: LoadSampleOptions,
): Promise<ReadonlyMap<string, number>> {
  return database.transaction((tx) =>
    options.folder === undefined ? fromGenerator(tx, options) : fromFolder(tx, options.folder, options),
  );
}

async function fromFolder(
  tx: Session,
  folder: string,
  options: LoadSampleOptions,
): Promise<Map<string, number>> {
  const loaded = new Map<string, number>();
  const missing = rawTables.find((table) => !existsSync(join(folder, table.source, `${table.name}.csv`)));
  if (missing) {
    throw new ThauError(
      'SAMPLE_FOLDER',
      `${options.shown ?? folder} has no ${missing.source}/${missing.name}.csv`,
      {
        hint: 'Write the files anew with `thau sample generate`.',
      },
    );
  }
  for (const table of rawTables) {
    const file = join(table.source, `${table.name}.csv`);
    const { schema, name, columns } = targetOf(table);
    const rows = await loadFile(tx, {
      path: join(folder, file),
      shown: join(options.shown ?? folder, file),
      delimiter: ',',
      schema,
      name,
      types: Object.fromEntries(columns.map((column) => [column.name, column.type])),
      whenThere: options.whenThere,
    });
    await indexArrivals(tx, targetOf(table));
    loaded.set(relationOf(table), rows);
    options.onTable?.(relationOf(table), rows);
  }
  return loaded;
}

async function fromGenerator(tx: Session, options: LoadSampleOptions): Promise<Map<string, number>> {
  const loaded = new Map<string, number>();
  const filling = new Map(
    rawTables.map((table) => [relationOf(table), { table, target: targetOf(table), lines: '' }]),
  );
  const generated = generate(options.generate);
  for (const { target } of filling.values()) await makeRawTable(tx, target, options.whenThere);
  const flush = async (relation: string): Promise<void> => {
    const held = filling.get(relation);
    if (!held || held.lines === '') return;
    const rows = await tx.copyIn(copyStatement(held.target), [held.lines]);
    loaded.set(relation, (loaded.get(relation) ?? 0) + rows);
    options.onTable?.(relation, loaded.get(relation) ?? 0);
    held.lines = '';
  };
  for (const { relation, values } of generated) {
    const held = filling.get(relation);
    if (!held) continue; // the truth is not loaded
    held.lines += copyLine(held.table.columns.map(({ name }) => text(values[name] ?? null)));
    if (held.lines.length > 500_000) await flush(relation);
  }
  for (const [relation, { target }] of filling) {
    await flush(relation);
    await indexArrivals(tx, target);
    await tx.query(`analyze ${qualifiedName(target.schema, target.name)}`);
  }
  return loaded;
}

/** Base models ask what arrived lately: with this index that costs what arrived, not what is there. */
async function indexArrivals(tx: Session, { schema, name }: RawTarget): Promise<void> {
  const index = quoteIdentifier(`${name}__loaded_at`);
  await tx.query(`create index if not exists ${index} on ${qualifiedName(schema, name)} (_loaded_at)`);
}

function targetOf(table: RawTable): RawTarget {
  return { schema: `raw_${table.source}`, name: table.name, columns: table.columns };
}

function text(value: string | number | boolean | null): string | null {
  return value === null ? null : String(value);
}
