import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ThauError } from '../../errors/thau-error.js';

/** A reader never sees half a file. A text that is too large to be held comes in pieces. */
export function writeWhole(file: string, text: string | Iterable<string>): void {
  const aside = `${file}.${process.pid}`;
  try {
    mkdirSync(dirname(file), { recursive: true });
    if (typeof text === 'string') writeFileSync(aside, text);
    else writePieces(aside, text);
    renameSync(aside, file);
  } catch (error) {
    rmSync(aside, { force: true });
    throw new ThauError('BUILD_ARTIFACT', `${file} could not be written: ${reasonOf(error)}.`, {
      at: { file },
      cause: error,
    });
  }
}

const bufferedCharacters = 1 << 20;

function writePieces(file: string, pieces: Iterable<string>): void {
  const handle = openSync(file, 'w');
  try {
    let waiting = '';
    for (const piece of pieces) {
      waiting += piece;
      if (waiting.length < bufferedCharacters) continue;
      writeFileSync(handle, waiting);
      waiting = '';
    }
    writeFileSync(handle, waiting);
  } finally {
    closeSync(handle);
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return { EISDIR: 'it is a folder', ENOTDIR: 'a folder of its path is a file' }[code ?? ''] ?? message;
}
