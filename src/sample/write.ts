import { createWriteStream, mkdirSync, writeFileSync, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { ThauError } from '../errors/thau-error.js';
import { relationOf, type RawTable } from './contract/table.js';
import { rawTables } from './contract/tables.js';
import { truthTables } from './contract/truth.js';
import { csvHeader, csvLine } from './csv.js';
import { generate } from './generate.js';
import type { SampleOptions } from './options.js';
import { sampleReadme } from './readme.js';

/** Rows written, by relation. */
export type Written = ReadonlyMap<string, number>;

/** Writes README.md, `<source>/<table>.csv` of every raw table and `truth/*.csv` below `folder`, streaming. */
export async function writeSample(folder: string, options: Partial<SampleOptions>): Promise<Written> {
  const outlets = new Map<string, Outlet>();
  const rows = generate(options);
  try {
    for (const table of [...rawTables, ...truthTables]) {
      const path = join(folder, table.source, `${table.name}.csv`);
      mkdirSync(dirname(path), { recursive: true });
      outlets.set(
        table.source === 'truth' ? `truth.${table.name}` : relationOf(table),
        new Outlet(table, path),
      );
    }
    writeFileSync(join(folder, 'README.md'), sampleReadme());
    for (const row of rows) {
      const outlet = outlets.get(row.relation);
      if (!outlet)
        throw new ThauError('SAMPLE_CONTRACT', `a row of ${row.relation}, which the contract does not know`);
      if (!outlet.add(csvLine(outlet.table, row))) await outlet.drained();
    }
    for (const outlet of outlets.values()) await outlet.close();
  } catch (error) {
    if (error instanceof ThauError) throw error;
    throw new ThauError(
      'SAMPLE_FOLDER',
      `cannot write the sample below "${folder}": ${(error as Error).message}`,
      {
        hint: 'Check that the folder can be written and that the disk has room.',
        cause: error,
      },
    );
  }
  return new Map([...outlets].map(([relation, outlet]) => [relation, outlet.rows]));
}

/** One file being written; lines are gathered, since a write per line is slow. */
class Outlet {
  rows = 0;
  readonly #stream: WriteStream;
  #gathered: string;
  #failure: Error | undefined;

  constructor(
    readonly table: RawTable,
    path: string,
  ) {
    this.#stream = createWriteStream(path);
    this.#stream.on('error', (error) => (this.#failure = error));
    this.#gathered = csvHeader(table);
  }

  /** False when the file cannot keep up: wait for `drained` then. */
  add(line: string): boolean {
    if (this.#failure) throw this.#failure;
    this.rows += 1;
    this.#gathered += line;
    if (this.#gathered.length < 65_536) return true;
    const ready = this.#stream.write(this.#gathered);
    this.#gathered = '';
    return ready;
  }

  async drained(): Promise<void> {
    await once(this.#stream, 'drain');
  }

  async close(): Promise<void> {
    if (this.#failure) throw this.#failure;
    this.#stream.end(this.#gathered);
    await finished(this.#stream);
  }
}
