import { ThauError } from '../../errors/thau-error.js';
import type { RelationName } from '../../project/context/database-adapter.js';
import type { ManifestNode } from '../../project/manifest.js';
import { holdsRows } from '../relation.js';
import { relationKind } from '../relation-kind.js';
import { cloneRelation } from './clone-relation.js';
import { dropCandidate } from './drop-candidate.js';
import { createIndexes } from './indexes.js';
import type { Materialisation } from './materialisation.js';

export interface CustomSteps {
  /** Runs the template; answers the relations it returned. */
  run(sql: string): Promise<readonly RelationName[]>;
  /** Gives a relation that the template made another name. */
  rename(from: RelationName, to: RelationName): Promise<void>;
}

/**
 * A materialisation that the project wrote in Jinja. `this` is the candidate there, and a copy of what is published
 * stands at its place before the template runs, unless all is made anew: templates that add to what they find do,
 * and those that swap swap the copy. The first relation it answers is what the run shows. It runs its own hooks,
 * as under dbt.
 */
export function customMaterialisation(steps: CustomSteps): Materialisation {
  return {
    async candidate(input) {
      const { tx, node, sql, target, config } = input;
      if (input.current && holdsRows(input.current) && !input.fullRefresh) {
        await cloneRelation(tx, input.current, target, config['unlogged'] === true);
        await createIndexes(tx, target, config, node);
      }
      const [answered] = await steps.run(sql);
      if (answered === undefined) throw madeNothing(node, 'answered no relation');
      if (answered.schema !== target.schema || answered.identifier !== target.name) {
        await steps.rename(answered, { database: null, schema: target.schema, identifier: target.name });
      }
      const kind = await relationKind(tx, target);
      if (kind === undefined) throw madeNothing(node, 'made no relation');
      return { kind, rows: null, message: `CREATE ${kind.toUpperCase()}` };
    },
    undo: dropCandidate,
  };
}

function madeNothing(node: ManifestNode, what: string): ThauError {
  return new ThauError(
    'BUILD_UNKNOWN_MATERIALIZATION',
    `The materialization "${node.config.materialized}" ${what} for ${node.name}.`,
    {
      at: { file: node.original_file_path },
      hint: "Create the relation `this`, and end with {{ return({'relations': [this]}) }}.",
    },
  );
}
