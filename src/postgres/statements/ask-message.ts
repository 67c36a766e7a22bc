/** The end of every question: Execute of the unnamed portal, then Sync. */
const executeAndSync = Buffer.from('E\0\0\0\u0009\0\0\0\0\0S\0\0\0\u0004', 'latin1');

export interface Asked {
  /** The name it is prepared under; empty for the unnamed statement. */
  readonly name: string;
  /** Given where it must be parsed first. */
  readonly text?: string | undefined;
  readonly values: readonly (string | null)[];
  /** Names of prepared statements that are given up. */
  readonly close?: readonly string[] | undefined;
}

/**
 * Bind, Execute and Sync of a statement in one buffer, so that one write sends them, with what comes before: Close of
 * others, Parse. Parameters and results are text. https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export function askMessage({ name, text, values, close = [] }: Asked): Buffer {
  const nameBytes = Buffer.byteLength(name);
  // length, an empty portal, the name, no formats (text), the values, no formats (text)
  let bind = 4 + 1 + nameBytes + 1 + 2 + 2 + 2;
  for (const value of values) bind += value === null ? 4 : 4 + Buffer.byteLength(value);
  let before = 0;
  for (const one of close) before += 1 + 4 + 1 + Buffer.byteLength(one) + 1;
  // length, the name, the text, no types
  const parse = text === undefined ? 0 : 4 + nameBytes + 1 + Buffer.byteLength(text) + 1 + 2;
  if (parse > 0) before += 1 + parse;
  const buffer = Buffer.allocUnsafe(before + 1 + bind + executeAndSync.length);
  let at = 0;
  for (const one of close) {
    buffer[at++] = 0x43; // C
    at = buffer.writeInt32BE(4 + 1 + Buffer.byteLength(one) + 1, at);
    buffer[at++] = 0x53; // S
    at += buffer.write(one, at);
    buffer[at++] = 0;
  }
  if (text !== undefined) {
    buffer[at++] = 0x50; // P
    at = buffer.writeInt32BE(parse, at);
    at += buffer.write(name, at);
    buffer[at++] = 0;
    at += buffer.write(text, at);
    buffer[at++] = 0;
    at = buffer.writeInt16BE(0, at);
  }
  buffer[at++] = 0x42; // B
  at = buffer.writeInt32BE(bind, at);
  buffer[at++] = 0;
  at += buffer.write(name, at);
  buffer[at++] = 0;
  at = buffer.writeInt16BE(0, at);
  at = buffer.writeUInt16BE(values.length, at);
  for (const value of values) {
    if (value === null) {
      at = buffer.writeInt32BE(-1, at);
      continue;
    }
    const size = buffer.write(value, at + 4);
    buffer.writeInt32BE(size, at);
    at += 4 + size;
  }
  at = buffer.writeInt16BE(0, at);
  executeAndSync.copy(buffer, at);
  return buffer;
}
