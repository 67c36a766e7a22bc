/** The end of every question: Execute of the unnamed portal, then Sync. */
const executeAndSync = Buffer.from('E\0\0\0\u0009\0\0\0\0\0S\0\0\0\u0004', 'latin1');

/**
 * Bind, Execute and Sync of a prepared statement in one buffer, so that one write sends them: parameters and results as
 * text. https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export function askMessage(statement: string, values: readonly (string | null)[]): Buffer {
  // length, an empty portal, the name, no formats (text), the values, no formats (text)
  let length = 4 + 1 + Buffer.byteLength(statement) + 1 + 2 + 2 + 2;
  for (const value of values) length += value === null ? 4 : 4 + Buffer.byteLength(value);
  const buffer = Buffer.allocUnsafe(1 + length + executeAndSync.length);
  buffer[0] = 0x42; // B
  let at = buffer.writeInt32BE(length, 1);
  buffer[at++] = 0;
  at += buffer.write(statement, at);
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
