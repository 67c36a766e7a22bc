import type { NodeConfig } from '../../project/manifest.js';

/** What of a config shapes a versioned table beside its columns; when it changes, the table is made anew. */
export function definitionOf(config: NodeConfig): string {
  return JSON.stringify([config['indexes'] ?? null]);
}
