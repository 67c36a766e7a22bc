import type { Queryable } from '../../postgres/queryable.js';
import type { Catalog, CatalogRelation } from '../../schema/catalog.js';
import type { Artifacts } from './artifacts.js';
import { sameJson } from './same-json.js';

/** How a generation's artifacts come from those of one before: what did not change is never sent. */
export interface ArtifactChanges {
  /** The generation that is gone on from. */
  readonly from: number;
  /** Kinds that say what they said. */
  readonly same: readonly string[] | 'all';
  /** Kinds of which some members changed. */
  readonly patched: readonly {
    readonly kind: string;
    readonly set: Readonly<Record<string, unknown>>;
    readonly gone: readonly string[];
  }[];
  /** Kinds to be written whole. */
  readonly whole: Artifacts;
}

/** Every artifact of a generation as it stands. */
export function sameArtifacts(from: number): ArtifactChanges {
  return { from, same: 'all', patched: [], whole: {} };
}

export function artifactChanges(now: Artifacts, before: Artifacts, from: number): ArtifactChanges {
  const same: string[] = [];
  const patched: ArtifactChanges['patched'][number][] = [];
  const whole: Record<string, unknown> = {};
  for (const [kind, content] of Object.entries(now)) {
    const old = before[kind];
    const [one, other] = [members(content), members(old)];
    if (old !== undefined && sameJson(content, old)) same.push(kind);
    else if (one && other) {
      const changed = Object.entries(one).filter(([key, value]) => !sameJson(value, other[key]));
      const gone = Object.keys(other).filter((key) => one[key] === undefined);
      // members are few and large, or many and small
      if (changed.length * 2 > Object.keys(one).length) whole[kind] = content;
      else patched.push({ kind, set: Object.fromEntries(changed), gone });
    } else whole[kind] = content;
  }
  return { from, same, patched, whole };
}

/** Those of different kinds together. */
export function joined(one: ArtifactChanges, other: ArtifactChanges): ArtifactChanges {
  const kinds = [one.same, other.same].map((same) => (same === 'all' ? [] : same));
  return {
    from: one.from,
    same: kinds.flat(),
    patched: [...one.patched, ...other.patched],
    whole: { ...one.whole, ...other.whole },
  };
}

/**
 * Whether nobody who reads the generation would read anything new: its `state` is for `state:` alone. PostgreSQL's estimates of rows do not count: an autovacuum between two runs changes
 * them, and nothing else.
 */
export function saysNothingNew({ patched, whole }: ArtifactChanges, before: Artifacts): boolean {
  return (
    patched.every(({ kind }) => kind === 'state') &&
    Object.entries(whole).every(
      ([kind, content]) =>
        kind === 'state' || sameJson(withoutEstimates(content), withoutEstimates(before[kind])),
    )
  );
}

function withoutEstimates(content: unknown): unknown {
  const relations = (content as Partial<Catalog> | null | undefined)?.relations;
  if (!Array.isArray(relations)) return content;
  return relations.map(({ estimatedRows: _estimate, ...relation }: CatalogRelation) => relation);
}

function members(content: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof content === 'object' && content !== null && !Array.isArray(content)
    ? (content as Readonly<Record<string, unknown>>)
    : undefined;
}

/** Writes them: each kind is a statement of its own, since an array of large texts costs several times their sum. */
export async function writeArtifacts(
  tx: Queryable,
  state: string,
  generation: number,
  { from, same, patched, whole }: ArtifactChanges,
): Promise<void> {
  const insert = `insert into ${state}.artifacts (generation, kind, content)`;
  await tx.query(
    `${insert} select $1, a.kind, a.content from ${state}.artifacts as a
     where a.generation = $2 and ($3::text[] is null or a.kind = any ($3))`,
    [generation, from, same === 'all' ? null : same],
  );
  for (const { kind, set, gone } of patched) {
    await tx.query(
      `${insert} select $1, a.kind, (a.content - $4::text[]) || $5::jsonb from ${state}.artifacts as a
       where a.generation = $2 and a.kind = $3`,
      [generation, from, kind, gone, JSON.stringify(set)],
    );
  }
  for (const [kind, content] of Object.entries(whole)) {
    await tx.query(`${insert} values ($1, $2, $3::jsonb)`, [generation, kind, JSON.stringify(content)]);
  }
}

/** Changes one kind where it stands: what nobody reads a generation by. */
export async function rewriteArtifact(
  database: Queryable,
  state: string,
  { from, patched, whole }: ArtifactChanges,
  kind: string,
): Promise<void> {
  const patch = patched.find((one) => one.kind === kind);
  if (patch) {
    await database.query(
      `update ${state}.artifacts set content = (content - $3::text[]) || $4::jsonb where generation = $1 and kind = $2`,
      [from, kind, patch.gone, JSON.stringify(patch.set)],
    );
  } else if (whole[kind] !== undefined) {
    await database.query(
      `insert into ${state}.artifacts (generation, kind, content) values ($1, $2, $3::jsonb)
       on conflict (generation, kind) do update set content = excluded.content`,
      [from, kind, JSON.stringify(whole[kind])],
    );
  }
}
