import { sqlMoment } from '../../project/context/event-window.js';
import type { RunFlags } from '../../project/context/render-run.js';
import type { ManifestNode } from '../../project/manifest.js';
import { isIncremental } from '../materialisations/is-incremental.js';
import type { MappedNode } from './generation.js';

/** What a run with `--empty` or `--sample` leaves out of what it builds; null for a run over all there is. */
export function sampleOf({ EMPTY, SAMPLE }: RunFlags): string | null {
  if (EMPTY) return 'empty';
  return SAMPLE === undefined ? null : `${sqlMoment(SAMPLE.start)} to ${sqlMoment(SAMPLE.end)}`;
}

/**
 * Whether what was built now holds less than all: by the run's own flags, or since it read something that does. A
 * seed is its file; and an incremental table that gained nothing under `--empty` is as whole as it was.
 */
export function sampledNow(
  node: ManifestNode,
  flags: RunFlags,
  before: MappedNode | undefined,
  ofInput: (nodeId: string) => string | null,
): string | null {
  const inherited = node.depends_on.nodes.map(ofInput).find((sampled) => sampled !== null) ?? null;
  const own = sampleOf(flags);
  if (flags.EMPTY && isIncremental(node.config, before?.relation, flags.FULL_REFRESH)) {
    return before?.sampled ?? null;
  }
  if (node.resource_type === 'seed' && !flags.EMPTY) return null;
  return own ?? inherited;
}
