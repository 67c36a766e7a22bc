import { lstatSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { erasedMark } from './text-search.js';

export interface CleanedFile {
  readonly file: string;
  readonly lines: number;
}

const texts = /\.(?:log(?:\.\d+)?|json|sql|txt|html)$/;

/**
 * Removes values from the log and artifact files below some folders: in place, since the server goes on writing to
 * its log. Whole lines of logs hold nothing else worth keeping about the person.
 */
export function cleanFiles(folders: readonly string[], values: readonly string[]): readonly CleanedFile[] {
  if (values.length === 0) return [];
  const escaped = values.map((value) => value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${escaped.join('|')})(?![\\p{L}\\p{N}])`, 'giu');
  const cleaned: CleanedFile[] = [];
  for (const file of folders.flatMap((folder) => textFiles(folder))) {
    const text = readFileSync(file, 'utf8');
    const lines = text.split('\n').filter((line) => line.search(pattern) >= 0).length;
    if (lines === 0) continue;
    writeFileSync(file, text.replace(pattern, erasedMark));
    cleaned.push({ file, lines });
  }
  return cleaned;
}

function textFiles(path: string): readonly string[] {
  try {
    const facts = lstatSync(path);
    if (facts.isFile()) return texts.test(path) ? [path] : [];
    // a database's own folder is no log
    if (!facts.isDirectory()) return [];
    const names = readdirSync(path);
    if (names.includes('PG_VERSION')) return [];
    return names.flatMap((name) => textFiles(join(path, name)));
  } catch {
    return [];
  }
}
