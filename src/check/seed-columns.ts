import { statSync } from 'node:fs';
import { seedSource } from '../build/materialisations/seed.js';
import { seedPath } from '../build/run/build-node.js';
import { readSeedColumns, type SeedColumn } from '../build/seeds/load-seed.js';
import type { ManifestNode } from '../project/manifest.js';

/** A larger file is read once, when it is loaded. */
const maxBytes = 5_000_000;

/** The columns of a seed's file; undefined where reading it only for them would take too long. */
export async function seedColumns(node: ManifestNode): Promise<readonly SeedColumn[] | undefined> {
  const path = seedPath(node);
  const source = seedSource(node, node.config, path);
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return size > maxBytes ? undefined : readSeedColumns(source);
}
