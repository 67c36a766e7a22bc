import { ThauError } from '../../errors/thau-error.js';
import type { Database } from '../../postgres/database.js';
import type { Queryable, TextRow } from '../../postgres/queryable.js';
import { quoteIdentifier } from '../../postgres/identifier.js';
import type { RunFlags } from '../../project/context/render-run.js';
import type { Manifest, ManifestNode } from '../../project/manifest.js';
import { selectBody } from '../materialisations/select-body.js';
import { readGeneration } from '../publish/generation.js';
import type { RelationKind } from '../relation.js';
import type { Deferral } from '../run/deferral.js';
import { nodeFailure } from '../run/node-failure.js';
import type { Renderer } from '../run/renderer.js';
import { withStores } from '../versioned/read-stores.js';
import { RunScope } from '../run/run-scope.js';

export interface ShowOptions {
  readonly database: Database;
  readonly stateSchema: string;
  readonly manifest: Manifest;
  readonly renderer: Renderer;
  readonly flags: RunFlags;
  readonly node: ManifestNode;
  /** Rows shown; Infinity for all. */
  readonly limit: number;
  /** What the last failed run built stands for its nodes. */
  readonly candidate: boolean;
  readonly defer?: Deferral;
}

export interface ShownRows {
  readonly columns: readonly string[];
  /** Of each column, PostgreSQL's number of its type. */
  readonly types: readonly number[];
  readonly rows: readonly TextRow[];
  /** The run whose candidates were read. */
  readonly run: number | null;
}

/**
 * The first rows of a node's SQL, run read-only over what is published, or over the candidates of the last failed
 * run. A test shows its failing rows.
 */
export async function showRows(options: ShowOptions): Promise<ShownRows> {
  const { database, manifest, renderer, flags, node } = options;
  const state = quoteIdentifier(options.stateSchema);
  return database.use((session) =>
    session.transaction(
      async (tx) => {
        const current = await readGeneration(tx, state);
        const run = options.candidate ? await lastFailedRun(tx, state) : null;
        const scope = new RunScope({
          manifest,
          renderer,
          runId: run ?? 0,
          state,
          current,
          flags,
          invocationId: manifest.metadata.invocation_id,
          startedAt: new Date(),
          reporter: () => undefined,
          ...(options.defer && { defer: options.defer }),
        });
        if (run !== null) await useCandidates(tx, state, run, scope);
        const adapter = scope.adapter(tx);
        adapter.withinTransaction = true;
        const built = scope.candidates().get(node.unique_id);
        const seed = node.resource_type === 'seed' || built !== undefined;
        const shown = scope.relationText(node.unique_id);
        try {
          const sql =
            seed && shown !== undefined
              ? `select * from ${shown}`
              : (await renderer.compile(node, scope.context(adapter, scope.thisInModel(node)))).compiledCode;
          const answer = await tx.queryText(
            `select * from ${selectBody(sql)} as shown${Number.isFinite(options.limit) ? ` limit ${options.limit}` : ''}`,
          );
          return {
            columns: answer.fields.map((field) => field.name),
            types: answer.fields.map((field) => field.typeOid),
            rows: answer.rows,
            run,
          };
        } catch (error) {
          throw nodeFailure(error, node);
        }
      },
      { readOnly: true },
    ),
  );
}

async function lastFailedRun(database: Queryable, state: string): Promise<number> {
  const { rows } = await database.query<{ run_id: number }>(
    `select r.run_id from ${state}.runs as r
     where r.state in ('failed', 'cancelled')
       and exists (select from ${state}.relations as c where c.run_id = r.run_id and c.relation_kind <> 'schema')
     order by r.run_id desc limit 1`,
  );
  if (rows[0]) return rows[0].run_id;
  throw new ThauError('BUILD_NO_SUCH_RUN', 'There are no candidates of a failed run.', {
    hint: 'Candidates stay from a failed run until the next run; see thau history.',
  });
}

async function useCandidates(
  database: Queryable,
  state: string,
  run: number,
  scope: RunScope,
): Promise<void> {
  const { rows } = await database.query<{
    node_id: string;
    schema: string;
    name: string;
    kind: RelationKind;
  }>(
    `select node_id, relation_schema as schema, relation_name as name, relation_kind as kind
     from ${state}.relations where run_id = $1 and relation_kind <> 'schema'`,
    [run],
  );
  const whole = await withStores(database, state);
  for (const { node_id: id, ...relation } of rows) {
    const node = scope.options.manifest.nodes[id];
    if (node) scope.setCandidate(node, whole(relation));
  }
}
