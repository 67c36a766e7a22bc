import { ThauError } from '../../errors/thau-error.js';
import type { RelationKind } from '../relation.js';
import { dropCandidate } from './drop-candidate.js';
import type { Materialisation } from './materialisation.js';

/**
 * A materialisation that the project wrote in Jinja. `this` is the candidate there: what the template makes by that
 * name is what the run shows. It runs its own hooks, as under dbt.
 */
export function customMaterialisation(run: (sql: string) => Promise<unknown>): Materialisation {
  return {
    async candidate({ tx, node, sql, target }) {
      await run(sql);
      const { rows } = await tx.query<{ kind: RelationKind; rows: number }>(
        `select case c.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end as kind
         from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
         where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p', 'v', 'm')`,
        [target.schema, target.name],
      );
      const made = rows[0];
      if (made) return { kind: made.kind, rows: null, message: `CREATE ${made.kind.toUpperCase()}` };
      throw new ThauError(
        'BUILD_UNKNOWN_MATERIALIZATION',
        `The materialization "${node.config.materialized}" made no relation for ${node.name}.`,
        {
          at: { file: node.original_file_path },
          hint: "It must create the relation `this`, whose schema is the candidate's.",
        },
      );
    },
    undo: dropCandidate,
  };
}
