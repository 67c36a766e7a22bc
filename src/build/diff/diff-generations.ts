import { ThauError } from '../../errors/thau-error.js';
import { didYouMean } from '../../errors/suggest.js';
import { GenerationLease } from '../../postgres/generation-lease.js';
import type { Queryable } from '../../postgres/queryable.js';
import type { RelationName } from '../../postgres/catalog.js';
import type { Catalog } from '../../schema/catalog.js';
import { readGeneration, type Generation } from '../publish/generation.js';
import { diffRelations } from './diff-relations.js';
import type { RelationDiff } from './relation-diff.js';

export interface DiffQuestion {
  /** The generation compared from; the one before `to` unless given. */
  readonly from?: number;
  /** The generation compared to; the current one unless given. */
  readonly to?: number;
  /** Compare the current generation with what the last unpublished run built. */
  readonly candidate?: boolean;
  /** Names or unique_ids of nodes, each on one side at least; all unless given. */
  readonly names: readonly string[];
  /** unique_ids of a selection, which may hold what neither side has. */
  readonly selected?: ReadonlySet<string>;
  readonly samples: number;
  /** Columns that tell the rows of every compared node apart, whatever is proven. */
  readonly key?: readonly string[];
  /** What the project says tells a node's rows apart, asked where nothing is proven. */
  readonly keyOf?: (nodeId: string) => Promise<readonly string[] | undefined>;
}

export interface NodeDiff {
  readonly name: string;
  readonly nodeId: string;
  /** `added` and `removed` nodes exist on one side; `same` is one relation, carried forward. */
  readonly kind: 'added' | 'removed' | 'same' | 'compared';
  readonly diff?: RelationDiff;
}

export interface GenerationDiff {
  readonly from: string;
  readonly to: string;
  readonly nodes: readonly NodeDiff[];
}

interface Side {
  readonly label: string;
  /** Undefined for candidates, which no lease keeps. */
  readonly generation?: number;
  readonly relations: ReadonlyMap<string, RelationName>;
}

/** What differs between two generations, or between the current one and a candidate. `state` is quoted. */
export async function diffGenerations(
  database: Queryable,
  state: string,
  question: DiffQuestion,
): Promise<GenerationDiff> {
  const { from, to } = await sides(database, state, question);
  // a publish meanwhile would drop what is compared
  const leases: GenerationLease[] = [];
  try {
    for (const { generation } of [from, to]) {
      if (generation === undefined) continue;
      leases.push(await GenerationLease.take({ database, state, generation, holder: 'thau diff' }));
    }
    return await compareSides(database, state, question, from, to);
  } finally {
    await Promise.all(leases.map((lease) => lease.release()));
  }
}

async function compareSides(
  database: Queryable,
  state: string,
  question: DiffQuestion,
  from: Side,
  to: Side,
): Promise<GenerationDiff> {
  const keys = await provenKeys(database, state);
  const ids = new Set([...from.relations.keys(), ...to.relations.keys()]);
  const chosen = choose([...ids].sort(), question);
  const nodes: NodeDiff[] = [];
  for (const nodeId of chosen) {
    const [before, after] = [from.relations.get(nodeId), to.relations.get(nodeId)];
    const node = { name: nameOf(nodeId), nodeId };
    if (!before || !after) {
      // a candidate holds what its run built: what it lacks was not removed
      if (before && question.candidate === true) continue;
      nodes.push({ ...node, kind: before ? 'removed' : 'added' });
    } else if (before.schema === after.schema && before.name === after.name) {
      nodes.push({ ...node, kind: 'same' });
    } else {
      const key = question.key ?? keys.get(nodeId) ?? (await question.keyOf?.(nodeId)) ?? [];
      const options = { before, after, key, samples: question.samples };
      const diff = await diffRelations(database, options);
      if (question.key && diff.key.length === 0) throw noSuchKey(node.name, question.key);
      nodes.push({ ...node, kind: 'compared', diff });
    }
  }
  return { from: from.label, to: to.label, nodes };
}

function noSuchKey(name: string, key: readonly string[]): ThauError {
  return new ThauError('BUILD_DIFF', `The rows of ${name} cannot be told apart by ${key.join(', ')}.`, {
    hint: 'Name columns that both sides have, and that are unique together.',
  });
}

async function sides(
  database: Queryable,
  state: string,
  question: DiffQuestion,
): Promise<{ from: Side; to: Side }> {
  const to = await generationSide(database, state, question.to);
  if (question.candidate === true) return { from: to, to: await candidateSide(database, state) };
  const from = question.from ?? (await generationBefore(database, state, Number(to.label)));
  return { from: await generationSide(database, state, from), to };
}

async function generationSide(database: Queryable, state: string, number?: number): Promise<Side> {
  const generation: Generation = await readGeneration(database, state, number);
  if (generation.nodes.size === 0) {
    const wanted = number === undefined ? 'Nothing is published yet' : `Generation ${number} is not kept`;
    throw new ThauError('BUILD_DIFF', `${wanted}.`, { hint: '`thau history` lists the kept generations.' });
  }
  return {
    label: String(generation.number),
    generation: generation.number,
    relations: new Map([...generation.nodes].map(([id, node]) => [id, node.relation])),
  };
}

async function generationBefore(database: Queryable, state: string, number: number): Promise<number> {
  const { rows } = await database.query<{ generation: number }>(
    `select generation from ${state}.generations
     where generation < $1 and retired_at is null order by generation desc limit 1`,
    [number],
  );
  const [row] = rows;
  if (row) return row.generation;
  throw new ThauError('BUILD_DIFF', `No generation before ${number} is kept to compare it with.`, {
    hint: 'Two generations are kept: build once more, or name one with `--from`.',
  });
}

async function candidateSide(database: Queryable, state: string): Promise<Side> {
  const { rows } = await database.query<{ run_id: number; node_id: string; schema: string; name: string }>(
    `select r.run_id, r.node_id, r.relation_schema as schema, r.relation_name as name
     from ${state}.relations as r
     where r.relation_kind <> 'schema' and r.run_id = (
         select max(run_id) from ${state}.runs
         where generation is null and state in ('failed', 'cancelled', 'running'))
       and not exists (
         select from ${state}.mapping as m join ${state}.generations as g using (generation)
         where m.relation_schema = r.relation_schema and m.relation_name = r.relation_name)`,
  );
  const [first] = rows;
  if (!first) {
    throw new ThauError(
      'BUILD_DIFF',
      'There is no candidate: the last run was published, or built nothing.',
      {
        hint: 'A failed run leaves its candidates until the next run.',
      },
    );
  }
  return {
    label: `candidate of run ${first.run_id}`,
    relations: new Map(rows.map(({ node_id: id, schema, name }) => [id, { schema, name }])),
  };
}

/** The shortest column list that the current generation proves unique, per node. */
async function provenKeys(database: Queryable, state: string): Promise<Map<string, readonly string[]>> {
  const { rows } = await database.query<{ content: Catalog }>(
    `select content from ${state}.artifacts
     where kind = 'catalog' and generation = (select generation from ${state}.pointer)`,
  );
  return new Map(
    (rows[0]?.content.relations ?? []).flatMap(({ nodeId, unique }) => {
      const [key] = [...unique].sort((a, b) => a.length - b.length);
      return key ? [[nodeId, key] as const] : [];
    }),
  );
}

function choose(ids: readonly string[], { names, selected }: DiffQuestion): readonly string[] {
  if (names.length === 0 && !selected) return ids;
  const named = names.map((name) => {
    const found = ids.find((id) => id === name || nameOf(id) === name);
    if (found !== undefined) return found;
    throw new ThauError('BUILD_DIFF', `Neither side has a relation of "${name}".`, {
      hint: didYouMean(name, ids.map(nameOf)) ?? '`thau list` shows the nodes of the project.',
    });
  });
  return [...new Set([...named, ...ids.filter((id) => selected?.has(id))])];
}

/** `model.shop.orders.v2` → `orders.v2`. */
function nameOf(id: string): string {
  return id.split('.').slice(2).join('.');
}
