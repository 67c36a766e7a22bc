import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from './write-whole.js';

/** Beside manifest.json: which state of the project it shows, and how the file stood when it was written. */
const noteName = 'manifest.thau';

/** Whether the folder's manifest.json shows this state of the project, and nobody has written it since. */
export function showsState(targetPath: string, state: string): boolean {
  try {
    return readFileSync(join(targetPath, noteName), 'utf8') === note(targetPath, state);
  } catch {
    return false;
  }
}

export function noteState(targetPath: string, state: string): void {
  writeWhole(join(targetPath, noteName), note(targetPath, state));
}

function note(targetPath: string, state: string): string {
  const { size, mtimeMs, ctimeMs, ino } = statSync(join(targetPath, 'manifest.json'));
  return `${[state, size, mtimeMs, ctimeMs, ino].join(' ')}\n`;
}
