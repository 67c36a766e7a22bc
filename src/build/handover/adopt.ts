import { ThauError } from '../../errors/thau-error.js';
import { quoteIdentifier } from '../../postgres/identifier.js';
import type { Session } from '../../postgres/session.js';
import type { Manifest, ManifestNode } from '../../project/manifest.js';
import type { MappedNode } from '../publish/generation.js';
import { publish } from '../publish/publish.js';
import { sameArtifacts } from '../publish/artifact-changes.js';
import { publishAlone, type AloneOptions } from '../publish/publish-alone.js';
import { candidateSchema, type RelationKind } from '../relation.js';
import type { RunSummary } from '../report/run-event.js';
import { hasRelation } from '../run/has-relation.js';
import { prepareViews } from '../views/prepare-views.js';
import { moveRelation } from './move-relation.js';

export interface AdoptOptions extends AloneOptions {
  readonly manifest: Manifest;
  readonly selected: ReadonlySet<string>;
}

export interface Adopted {
  readonly summary: RunSummary;
  /** `schema.name` of what is thau's now. */
  readonly relations: readonly string[];
}

interface Found {
  readonly node: ManifestNode;
  readonly kind: RelationKind;
}

/**
 * Takes over relations that thau did not make and that stand where nodes are to show: each moves aside with its rows
 * and becomes what its node shows, behind a stable view of the same name. Snapshots go on with their history, and
 * incremental models with their rows; nothing else is known of them, so the next build builds the rest anew.
 */
export async function adopt(options: AdoptOptions): Promise<Adopted> {
  let relations: readonly string[] = [];
  const summary = await publishAlone(options, 'adopt', async (session, state, current) => {
    const found = await foreignRelations(session, state, options);
    if (found.length === 0) {
      throw new ThauError(
        'BUILD_NOTHING_SELECTED',
        'There is nothing to adopt: nothing that thau did not make stands where these nodes are to show.',
        { hint: 'See thau list for the names there are.' },
      );
    }
    await refuseDependents(session, found);
    relations = found.map(({ node }) => `${node.schema}.${node.alias}`).sort();
    const artifacts = sameArtifacts(current.number);
    return {
      args: { nodes: found.length },
      work: (on, { runId, lock }) =>
        on.transaction(async (tx) => {
          await tx.query(`set local lock_timeout = '5s'`);
          const taken = await takeIn(tx, state, runId, found);
          const nodes = new Map([...current.nodes, ...taken.map((node) => [node.nodeId, node] as const)]);
          const changes = taken.map(({ nodeId, schema, name, relation }) => ({
            nodeId,
            schema,
            name,
            relation,
          }));
          const views = await prepareViews(tx, changes, { state, generation: runId });
          await publish(tx, { state, runId, lock, nodes: [...nodes.values()], artifacts, views });
          return [];
        }),
    };
  });
  return { summary, relations };
}

async function foreignRelations(
  session: Session,
  state: string,
  { manifest, selected }: AdoptOptions,
): Promise<readonly Found[]> {
  const nodes = [...selected].flatMap((id) => {
    const node = manifest.nodes[id];
    return node && hasRelation(node) ? [node] : [];
  });
  const { rows } = await session.query<{ place: number; kind: RelationKind }>(
    `select wanted.place::int as place,
            case c.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end as kind
     from unnest($1::text[], $2::text[]) with ordinality as wanted (schema, name, place)
     join pg_namespace as n on n.nspname = wanted.schema
     join pg_class as c on c.relnamespace = n.oid and c.relname = wanted.name and c.relkind in ('r', 'p', 'v', 'm')
     left join ${state}.stable_views as v on v.schema_name = n.nspname and v.name = c.relname
     where v.name is null or c.relkind <> 'v'
     order by 1`,
    [nodes.map((node) => node.schema), nodes.map((node) => node.alias)],
  );
  return rows.flatMap(({ place, kind }) => {
    const node = nodes[place - 1];
    return node ? [{ node, kind }] : [];
  });
}

async function takeIn(
  tx: Session,
  state: string,
  runId: number,
  found: readonly Found[],
): Promise<readonly MappedNode[]> {
  const schemas = new Set(found.map(({ node }) => candidateSchema(node.schema, runId)));
  for (const schema of schemas) {
    await tx.query(`create schema ${quoteIdentifier(schema)}`);
    await tx.query(
      `insert into ${state}.relations (relation_schema, relation_name, relation_kind, run_id, node_id)
       values ($1, '', 'schema', $2, '')`,
      [schema, runId],
    );
  }
  const taken: MappedNode[] = [];
  for (const { node, kind } of found) {
    const relation = { schema: candidateSchema(node.schema, runId), name: node.alias, kind };
    await moveRelation(tx, kind, { schema: node.schema, name: node.alias }, relation);
    await tx.query(
      `insert into ${state}.relations (relation_schema, relation_name, relation_kind, run_id, node_id)
       values ($1, $2, $3, $4, $5)`,
      [relation.schema, relation.name, kind, runId, node.unique_id],
    );
    taken.push({
      nodeId: node.unique_id,
      schema: node.schema,
      name: node.alias,
      relation,
      builtBy: runId,
      fingerprint: null,
      dataVersion: null,
      staleSince: null,
    });
  }
  return taken;
}

/** What others built on a relation would go on reading it when the node has long shown another. */
async function refuseDependents(session: Session, found: readonly Found[]): Promise<void> {
  const { rows } = await session.query<{ dependent: string; relation: string }>(
    `with adopted as (
         select c.oid from unnest($1::text[], $2::text[]) as a (schema, name)
         join pg_namespace as n on n.nspname = a.schema
         join pg_class as c on c.relnamespace = n.oid and c.relname = a.name
     )
     select distinct format('%s.%s', n.nspname, v.relname) as dependent, a.oid::regclass::text as relation
     from adopted as a
     join pg_depend as d on d.refclassid = 'pg_class'::regclass and d.refobjid = a.oid
          and d.classid = 'pg_rewrite'::regclass and d.deptype = 'n'
     join pg_rewrite as r on r.oid = d.objid
     join pg_class as v on v.oid = r.ev_class and v.oid not in (select oid from adopted)
     join pg_namespace as n on n.oid = v.relnamespace
     order by 1`,
    [found.map(({ node }) => node.schema), found.map(({ node }) => node.alias)],
  );
  if (rows.length === 0) return;
  throw new ThauError('BUILD_VIEW_HAS_DEPENDENTS', 'Others built on relations that are to be adopted.', {
    notes: rows.map((row) => `${row.dependent} reads ${row.relation}`),
    hint: 'Adopt those too if they are nodes of the project; else drop them, adopt, and create them again: they will read the stable views.',
  });
}
