import { publishedState, type PublishedState } from '../../project/state/previous-state.js';
import { slimManifest } from '../artifacts/slim-manifest.js';
import type { Artifacts } from '../publish/artifacts.js';
import type { RunOptions } from './run-options.js';

/** What a generation of this run hands on whatever its nodes turn out to be: known before the first is built. */
export function plannedArtifacts(options: RunOptions, before: Artifacts): Artifacts {
  return {
    sdl: options.sdl,
    manifest: slimManifest(options.manifest),
    state: rememberState(options, before['state'] as PublishedState | undefined),
  };
}

/** What `state:` compares with afterwards; what this run was not asked for stays as it was published. */
function rememberState(
  { manifest, selected }: RunOptions,
  before: PublishedState | undefined,
): PublishedState {
  const leftAlone = Object.keys(manifest.nodes).filter((id) => !selected.has(id));
  return publishedState(manifest, before, new Set(leftAlone));
}
