import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SdlSource } from '../../schema/catalog.js';

/** `schema/**\/*.graphql`, in name order; none where the project has no API. */
export function readSdlFiles(projectDir: string): readonly SdlSource[] {
  const folder = join(projectDir, 'schema');
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return [];
  }
  return names
    .filter((name) => name.endsWith('.graphql'))
    .map((name) => name.replaceAll('\\', '/'))
    .sort()
    .map((name) => ({ file: `schema/${name}`, text: readFileSync(join(folder, name), 'utf8') }));
}
