import type { Manifest } from '../manifest.js';
import {
  type AnyNode,
  type Contract,
  contractOf,
  digest,
  macrosOf,
  partText,
  type StatePart,
  stateParts,
} from './state-parts.js';

/** The project as it was, as far as `state:` asks. */
export interface PreviousState {
  /** unique_ids of what there was. */
  readonly ids: ReadonlySet<string>;
  /** Whether this part of a node that was there is another one now. */
  differs(node: AnyNode, part: StatePart | 'fqn'): boolean;
  /** Whether a macro that the node may call came, went or changed. */
  macrosDiffer(node: AnyNode): boolean;
  /** The contract a node had; null where none was enforced. */
  contract(id: string): Contract | null;
  /** Of a node that was there: its version, null without one. */
  version(id: string): string | number | null;
}

/** An earlier manifest to compare the present one with. */
export function manifestState(previous: Manifest, manifest: Manifest): PreviousState {
  const tables = (of: Manifest): Readonly<Record<string, AnyNode>>[] => [
    of.nodes,
    of.sources,
    of.exposures,
    of.metrics,
    of.semantic_models,
    of.unit_tests,
    of.saved_queries,
  ];
  const before = new Map(tables(previous).flatMap((table) => Object.entries<AnyNode>(table)));
  const changed = changedMacros(manifest, previous);
  return {
    ids: new Set(before.keys()),
    differs: (node, part) => {
      const old = before.get(node.unique_id);
      return old === undefined || partText(old, part) !== partText(node, part);
    },
    macrosDiffer: (node) => macrosOf(node, manifest).some((id) => changed.has(id)),
    contract: (id) => {
      const old = before.get(id);
      return old === undefined ? null : contractOf(old);
    },
    version: (id) => previous.nodes[id]?.version ?? null,
  };
}

/** dbt's own macros are not thau's: what dbt wrote says nothing of whether those changed. */
function changedMacros(manifest: Manifest, previous: Manifest): ReadonlySet<string> {
  const byThau = isByThau(previous);
  const ids = new Set([...Object.keys(manifest.macros), ...Object.keys(previous.macros)]);
  const text = (of: Manifest, id: string): string | undefined => of.macros[id]?.macro_sql.trim();
  return new Set(
    [...ids].filter(
      (id) => (byThau || !/^macro\.dbt(_postgres)?\./.test(id)) && text(manifest, id) !== text(previous, id),
    ),
  );
}

function isByThau(manifest: Manifest): boolean {
  const { dbt_version: version } = manifest.metadata as { readonly dbt_version?: string };
  return version?.startsWith('thau') ?? true;
}

/** A node as a publish remembers it: digests of its parts, and what its contract promises. */
export interface PublishedNode {
  readonly parts: readonly string[];
  readonly macros: string;
  readonly contract?: Contract;
  readonly version?: string | number;
}

/** In `artifacts` under the kind `state`. */
export type PublishedState = Readonly<Record<string, PublishedNode>>;

const rememberedParts = [...stateParts, 'fqn'] as const;

/**
 * What a publish remembers of the project. What a run with a selection left alone stays as it was published, so that
 * it is still modified afterwards.
 */
export function publishedState(
  manifest: Manifest,
  before: PublishedState | undefined,
  leftAlone: ReadonlySet<string>,
): PublishedState {
  const { nodes, sources, exposures, metrics, semantic_models, unit_tests, saved_queries } = manifest;
  const all: Readonly<Record<string, AnyNode>>[] = [
    nodes,
    sources,
    exposures,
    metrics,
    semantic_models,
    unit_tests,
    saved_queries,
  ];
  const texts = new Map<string, string>();
  return Object.fromEntries(
    all
      .flatMap((table) => Object.values(table))
      .flatMap((node) => {
        const id = node.unique_id;
        if (!leftAlone.has(id)) return [[id, remember(node, manifest, texts)] as const];
        const old = before?.[id];
        return old === undefined ? [] : [[id, old] as const];
      }),
  );
}

function remember(node: AnyNode, manifest: Manifest, texts: Map<string, string>): PublishedNode {
  const contract = contractOf(node);
  const version = (node as { readonly version?: string | number | null }).version;
  return {
    parts: rememberedParts.map((part) => digest(partText(node, part))),
    macros: macrosDigest(node, manifest, texts),
    ...(contract !== null && { contract }),
    ...(version !== null && version !== undefined && { version }),
  };
}

function macrosDigest(node: AnyNode, manifest: Manifest, texts: Map<string, string>): string {
  const ids = macrosOf(node, manifest);
  const key = ids.join(' ');
  let found = texts.get(key);
  if (found === undefined) {
    found = digest(JSON.stringify(ids.map((id) => [id, manifest.macros[id]?.macro_sql])));
    texts.set(key, found);
  }
  return found;
}

/** What was last published, to compare the present project with. */
export function rememberedState(published: PublishedState, manifest: Manifest): PreviousState {
  const texts = new Map<string, string>();
  return {
    ids: new Set(Object.keys(published)),
    differs: (node, part) =>
      published[node.unique_id]?.parts[rememberedParts.indexOf(part)] !== digest(partText(node, part)),
    macrosDiffer: (node) => published[node.unique_id]?.macros !== macrosDigest(node, manifest, texts),
    contract: (id) => published[id]?.contract ?? null,
    version: (id) => published[id]?.version ?? null,
  };
}
