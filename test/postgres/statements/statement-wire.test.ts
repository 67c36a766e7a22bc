import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { faultOf } from '../../../src/postgres/fault.js';
import { StatementWire, type WireRow } from '../../../src/postgres/statements/statement-wire.js';

/** A message of the backend: its type, its length, its body. */
function message(type: string, body: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

function row(...values: readonly (string | null)[]): Buffer {
  const parts = values.map((value) => {
    const bytes = Buffer.from(value ?? '');
    const length = Buffer.alloc(4);
    length.writeInt32BE(value === null ? -1 : bytes.length);
    return Buffer.concat([length, bytes]);
  });
  const count = Buffer.alloc(2);
  count.writeInt16BE(values.length);
  return message('D', Buffer.concat([count, ...parts]));
}

const error = (fields: string): Buffer => message('E', Buffer.from(`${fields}\0\0`));
const ready = message('Z', Buffer.from('I'));
const begin = [message('1'), message('2')];

interface Answer {
  readonly error: Error | undefined;
  readonly rows: readonly WireRow[];
  readonly parsed: boolean;
}

function silent(): Duplex {
  const stream = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
  // `pg` listens for it
  return stream.on('error', () => undefined);
}

/** What a wire makes of bytes that come in pieces of `size`. */
function answered(bytes: Buffer, size: number): Promise<Answer> {
  const stream = silent();
  const wire = new StatementWire(stream);
  return new Promise((resolve) => {
    wire.ask({ name: 's', text: 'select', values: ['1', null, 'ế'] }, (fault, rows, parsed) =>
      resolve({ error: fault, rows, parsed }),
    );
    for (let at = 0; at < bytes.length; at += size) stream.push(bytes.subarray(at, at + size));
  });
}

test('an answer is the same whatever the pieces it comes in', async () => {
  const values = [
    ['1', '', null, 'Nguyễn "Văn" \u0001'],
    ['2', 'x'.repeat(3_000), null, '😀'.repeat(500)],
  ];
  const notice = message('N', Buffer.from('SNOTICE\0Mhello\0\0'));
  const setting = message('S', Buffer.from('TimeZone\0UTC\0'));
  const bytes = Buffer.concat([
    setting,
    ...begin,
    ...values.map((one) => row(...one)),
    notice,
    row(),
    message('C', Buffer.from('SELECT 3\0')),
    ready,
  ]);
  for (const size of [1, 2, 3, 4, 5, 6, 7, 11, 64, 1_000, bytes.length]) {
    expect(await answered(bytes, size)).toEqual({ error: undefined, rows: [...values, []], parsed: true });
  }
});

test('an answer cut in two at any byte is the same', async () => {
  const bytes = Buffer.concat([
    ...begin,
    row('7', 'ế"😀', null),
    message('N', Buffer.from('SNOTICE\0Mhello\0\0')),
    row('8', '', 'x'.repeat(300)),
    message('C', Buffer.from('SELECT 2\0')),
    ready,
  ]);
  const whole = await answered(bytes, bytes.length);
  expect(whole.rows).toEqual([
    ['7', 'ế"😀', null],
    ['8', '', 'x'.repeat(300)],
  ]);
  for (let size = 1; size < bytes.length; size += 1) expect(await answered(bytes, size)).toEqual(whole);
});

test('an error has what PostgreSQL said, and no rows with it', async () => {
  const bytes = Buffer.concat([
    ...begin,
    row('1'),
    error('SERROR\0C22012\0Mdivision by zero\0Ddetail ế\0P17\0Wa place'),
    ready,
  ]);
  for (const size of [1, 7, bytes.length]) {
    const answer = await answered(bytes, size);
    expect(answer.rows).toEqual([]);
    expect(faultOf(answer.error)).toEqual({
      sqlstate: '22012',
      message: 'division by zero',
      detail: 'detail ế',
      position: 17,
      where: 'a place',
    });
  }
});

test('who waits learns that the connection is gone, by what PostgreSQL said of it where it did', async () => {
  for (const [said, expected] of [
    [Buffer.concat([...begin, row('1')]), 'Connection terminated unexpectedly'],
    [error('SFATAL\0C57P01\0Mterminating connection'), 'terminating connection'],
  ] as const) {
    const stream = silent();
    const wire = new StatementWire(stream);
    const answer = new Promise<Answer>((resolve) => {
      wire.ask({ name: '', text: 'select', values: [] }, (fault, rows, parsed) =>
        resolve({ error: fault, rows, parsed }),
      );
    });
    stream.push(said);
    stream.push(null);
    stream.destroy();
    expect(await answer).toMatchObject({ error: { message: expected }, rows: [] });
    const after = new Promise<Error | undefined>((resolve) => {
      wire.ask({ name: '', text: 'select', values: [] }, resolve);
    });
    expect((await after)?.message).toBe('Connection terminated unexpectedly');
  }
});

test('what is no message of PostgreSQL ends the connection', async () => {
  for (const bytes of [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), Buffer.from('D\0\0\0\0')]) {
    expect((await answered(bytes, bytes.length)).error).toBeInstanceOf(Error);
  }
});

test('an error that comes while nobody asks is nobody’s', async () => {
  const stream = silent();
  const wire = new StatementWire(stream);
  stream.push(error('SFATAL\0C57P05\0Midle too long'));
  await new Promise((resolve) => setImmediate(resolve));
  const answer = new Promise<Answer>((resolve) => {
    wire.ask({ name: '', text: 'select', values: [] }, (fault, rows, parsed) =>
      resolve({ error: fault, rows, parsed }),
    );
  });
  stream.push(Buffer.concat([...begin, row('1'), ready]));
  expect(await answer).toEqual({ error: undefined, rows: [['1']], parsed: true });
});
