import type { NodeConfig } from '../../project/manifest.js';

/** What of a config shapes a versioned table beside its columns; when it changes, the table is made anew. */
export function definitionOf(config: NodeConfig): string {
  return JSON.stringify([config['indexes'] ?? null, ...(indexesSuperseded(config) ? [] : [false])]);
}

/** `index_superseded: false`: readers of an earlier generation search what later runs took away from it row by row. */
export function indexesSuperseded(config: NodeConfig): boolean {
  return config['index_superseded'] !== false;
}
