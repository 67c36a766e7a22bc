import { ThauError } from '../../errors/thau-error.js';
import { qualifiedName } from '../../postgres/identifier.js';
import type { Session } from '../../postgres/session.js';
import type { Manifest } from '../../project/manifest.js';
import { cloneRelation } from '../materialisations/clone-relation.js';
import { createIndexes } from '../materialisations/indexes.js';
import { isEjected, type MappedNode } from '../publish/generation.js';
import { publish } from '../publish/publish.js';
import { sameArtifacts } from '../publish/artifact-changes.js';
import { publishAlone, type AloneOptions } from '../publish/publish-alone.js';
import { relationKind } from '../relation-kind.js';
import type { Relation } from '../relation.js';
import type { RunSummary } from '../report/run-event.js';
import { dependentsOf } from '../views/stable-views.js';
import { moveRelation } from './move-relation.js';

export interface EjectOptions extends AloneOptions {
  readonly manifest: Manifest;
  /** unique_ids; all that is published unless given. */
  readonly selected?: ReadonlySet<string>;
}

export interface Ejected {
  readonly summary: RunSummary;
  /** `schema.name` of what is no longer thau's. */
  readonly relations: readonly string[];
}

/**
 * Gives relations out of thau's hands: in place of each stable view stands the table (or view) behind it, where dbt
 * looks for it, with its rows and indexes and its history. No row is copied. thau's API goes on reading them; thau
 * builds none of them any more until they are adopted.
 */
export async function eject(options: EjectOptions): Promise<Ejected> {
  const relations: string[] = [];
  const summary = await publishAlone(options, 'eject', async (session, state, current) => {
    const nodes = [...current.nodes.values()].filter(
      (node) => options.selected?.has(node.nodeId) !== false && !isEjected(node),
    );
    if (nodes.length === 0) {
      throw new ThauError(
        'BUILD_NOTHING_SELECTED',
        'There is nothing to eject: no such node is published here.',
        {
          hint: 'See thau status.',
        },
      );
    }
    await refuseDependents(session, nodes);
    const artifacts = sameArtifacts(current.number);
    return {
      args: { nodes: nodes.length },
      work: async (on, { runId, lock }) => {
        const moved = await on.transaction(async (tx) => {
          await tx.query(`set local lock_timeout = '5s'`);
          const out = await takeOut(tx, state, options.manifest, nodes);
          const all = [...current.nodes.values()].map((node) => ({
            ...node,
            relation: out.get(node.nodeId) ?? node.relation,
          }));
          const views = { create: [], lagging: [] };
          await publish(tx, { state, runId, lock, nodes: all, artifacts, views });
          return out;
        });
        relations.push(...[...moved.values()].map(({ schema, name }) => `${schema}.${name}`));
        return [];
      },
    };
  });
  return { summary, relations: relations.sort() };
}

async function takeOut(
  tx: Session,
  state: string,
  manifest: Manifest,
  nodes: readonly MappedNode[],
): Promise<ReadonlyMap<string, Relation>> {
  const views = nodes.map(({ schema, name }) => qualifiedName(schema, name));
  await tx.query(`drop view if exists ${views.join(', ')}`);
  const out = new Map<string, Relation>();
  for (const mapped of nodes) {
    const place = { schema: mapped.schema, name: mapped.name };
    const kind = (await relationKind(tx, mapped.relation)) ?? mapped.relation.kind;
    const node = manifest.nodes[mapped.nodeId];
    if (mapped.relation.store) {
      // its generations share rows: a table of its own for this one
      await cloneRelation(tx, mapped.relation, place, false);
      if (node) await createIndexes(tx, place, node.config, node);
      out.set(mapped.nodeId, { ...place, kind: 'table' });
      continue;
    }
    await moveRelation(tx, kind, mapped.relation, place);
    out.set(mapped.nodeId, { ...place, kind });
    const from = [mapped.relation.schema, mapped.relation.name];
    await tx.query(`delete from ${state}.relations where relation_schema = $1 and relation_name = $2`, from);
    await tx.query(
      `update ${state}.mapping set relation_schema = $3, relation_name = $4
       where relation_schema = $1 and relation_name = $2`,
      [...from, place.schema, place.name],
    );
  }
  await tx.query(
    `delete from ${state}.stable_views as v using unnest($1::text[], $2::text[]) as gone (schema, name)
     where v.schema_name = gone.schema and v.name = gone.name`,
    [nodes.map((node) => node.schema), nodes.map((node) => node.name)],
  );
  return out;
}

/** A stable view goes, and what others built on it would go with it: thau never does that. */
async function refuseDependents(session: Session, nodes: readonly MappedNode[]): Promise<void> {
  const notes: string[] = [];
  for (const node of nodes) {
    const dependents = await dependentsOf(session, node);
    if (dependents.length > 0) notes.push(`${node.schema}.${node.name}: ${dependents.join(', ')}`);
  }
  if (notes.length === 0) return;
  throw new ThauError('BUILD_VIEW_HAS_DEPENDENTS', 'Others built on stable views that would become tables.', {
    notes,
    hint: 'Drop what the lines name, eject, and create it again on the tables.',
  });
}
