import type { ManifestNode, NodeConfig } from '../../project/manifest.js';
import { sqlName } from '../relation.js';
import { loadSeed, type SeedSource } from '../seeds/load-seed.js';
import { configError } from './config-error.js';
import { dropCandidate } from './drop-candidate.js';
import { createIndexes } from './indexes.js';
import type { Materialisation } from './materialisation.js';

export const seed: Materialisation = {
  async candidate({ tx, node, config, target, empty, absolutePath }) {
    const rows = await loadSeed(tx, {
      ...seedSource(node, config, absolutePath),
      into: target,
      unlogged: config['unlogged'] === true,
      empty,
    });
    await createIndexes(tx, target, config, node);
    await tx.query(`analyze ${sqlName(target)}`);
    return { kind: 'table', rows, message: `COPY ${rows}` };
  },
  undo: dropCandidate,
};

/** A seed's file, and how its config says to read it. */
export function seedSource(node: ManifestNode, config: NodeConfig, absolutePath: string): SeedSource {
  const types = config['column_types'] ?? {};
  if (typeof types !== 'object' || Array.isArray(types)) {
    throw configError(
      node,
      'column_types must name a type for each column',
      'Write column_types: {id: bigint}.',
    );
  }
  const delimiter = config['delimiter'];
  return {
    file: {
      path: absolutePath,
      shown: node.original_file_path,
      delimiter: typeof delimiter === 'string' ? delimiter : ',',
    },
    columnTypes: types as Record<string, string>,
    quoteColumns: config['quote_columns'] === true,
  };
}
