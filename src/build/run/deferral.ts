import { ThauError } from '../../errors/thau-error.js';
import type { RelationName } from '../../project/context/database-adapter.js';
import type { Manifest } from '../../project/manifest.js';
import { hasRelation } from './has-relation.js';

/** dbt's `--defer`: where to read what this run does not build. */
export interface Deferral {
  /** Although this target has the node itself. */
  readonly favorState: boolean;
  /** Undefined where the state does not know the node. */
  relationOf(nodeId: string): RelationName | undefined;
}

/** By the manifest of another run, in the same database: PostgreSQL reads no other. */
export function deferTo(state: Manifest, database: string, favorState: boolean): Deferral {
  return {
    favorState,
    relationOf: (nodeId) => {
      const node = state.nodes[nodeId];
      if (!node || !hasRelation(node)) return undefined;
      if (node.database !== null && node.database !== database) {
        throw new ThauError(
          'BUILD_DEFER',
          `${node.name} is deferred to the database "${node.database}", and this run is in "${database}".`,
          {
            hint: `PostgreSQL reads one database at a time: build it here (add +${node.name} to the selection), or defer to a state of this database.`,
          },
        );
      }
      return { database: null, schema: node.schema, identifier: node.alias };
    },
  };
}
