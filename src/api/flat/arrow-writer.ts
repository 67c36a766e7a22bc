import type { FlatColumn } from './trusted-operation.js';
import { valueAt } from './row-value.js';
import type { RowWriter } from './write-rows.js';

/** The mark at the end of a stream: https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format */
const endOfStream = 8;

/**
 * Rows as a stream of Apache Arrow: the schema, then a record batch for each batch of rows. The library is loaded by the
 * first who asks for it.
 */
export async function arrowWriter(columns: readonly FlatColumn[]): Promise<RowWriter<Uint8Array>> {
  const { makeData, RecordBatch, RecordBatchStreamWriter, Schema, Struct } = await import('apache-arrow');
  const { arrowColumn } = await import('./arrow-column.js');
  const arrows = columns.map(arrowColumn);
  const schema = new Schema(arrows.map(({ field }) => field));
  const whole = (rows: readonly unknown[]): Uint8Array => {
    const children = arrows.map(({ data }, index) => {
      const column = columns[index];
      return data(rows.map((row) => (column === undefined ? null : valueAt(row, column))));
    });
    const type = new Struct(schema.fields);
    const writer = new RecordBatchStreamWriter();
    writer.write(new RecordBatch(schema, makeData({ type, length: rows.length, nullCount: 0, children })));
    writer.finish();
    return writer.toUint8Array(true);
  };
  // the writer of the library has no word of how far it is written, so each batch is written as a stream of its own,
  // and goes out without that stream's schema and end
  const bare = new RecordBatchStreamWriter().reset(undefined, schema).finish().toUint8Array(true);
  const head = bare.subarray(0, bare.length - endOfStream);
  return {
    head,
    rows: (rows) => {
      if (rows.length === 0) return new Uint8Array(0);
      const bytes = whole(rows);
      return bytes.subarray(head.length, bytes.length - endOfStream);
    },
    tail: bare.subarray(bare.length - endOfStream),
  };
}
