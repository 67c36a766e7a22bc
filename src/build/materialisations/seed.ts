import { sqlName } from '../relation.js';
import { loadSeed } from '../seeds/load-seed.js';
import { configError } from './config-error.js';
import { dropCandidate } from './drop-candidate.js';
import { createIndexes } from './indexes.js';
import type { Materialisation } from './materialisation.js';

export const seed: Materialisation = {
  async candidate({ tx, node, config, target, empty, absolutePath }) {
    const types = config['column_types'] ?? {};
    if (typeof types !== 'object' || Array.isArray(types)) {
      throw configError(
        node,
        'column_types must name a type for each column',
        'Write column_types: {id: bigint}.',
      );
    }
    const delimiter = config['delimiter'];
    const rows = await loadSeed(tx, {
      file: {
        path: absolutePath,
        shown: node.original_file_path,
        delimiter: typeof delimiter === 'string' ? delimiter : ',',
      },
      into: target,
      columnTypes: types as Record<string, string>,
      quoteColumns: config['quote_columns'] === true,
      unlogged: config['unlogged'] === true,
      empty,
    });
    await createIndexes(tx, target, config, node);
    await tx.query(`analyze ${sqlName(target)}`);
    return { kind: 'table', rows, message: `COPY ${rows}` };
  },
  undo: dropCandidate,
};
