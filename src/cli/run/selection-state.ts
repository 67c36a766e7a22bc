import type { Manifest } from '../../project/manifest.js';
import type { SelectionState } from '../../project/select/match-method.js';
import { brokenContracts } from '../../project/state/contract-changes.js';
import { fresherSources } from '../../project/state/fresher-sources.js';
import {
  manifestState,
  type PreviousState,
  type PublishedState,
  rememberedState,
} from '../../project/state/previous-state.js';
import { readState, stateManifest } from '../../project/state/read-state.js';
import type { Warehouse } from '../warehouse.js';

export interface StateRequest {
  readonly manifest: Manifest;
  /** The methods of the selection. */
  readonly needs: ReadonlySet<string>;
  /** `--state`; what thau itself last published and ran, unless given. */
  readonly folder?: string;
  /** The project's folder. */
  readonly root: string;
  /** Where this project's own artifacts stand. */
  readonly targetPath: string;
  readonly warehouse: () => Promise<Warehouse>;
  readonly warn: (message: string) => void;
}

/** What `state:`, `result:` and `source_status:` compare with. */
export async function selectionState(request: StateRequest): Promise<SelectionState> {
  const { manifest, needs, targetPath } = request;
  const given = request.folder === undefined ? undefined : readState(request.folder, request.root);
  const previous = needs.has('state')
    ? given
      ? manifestState(stateManifest(given), manifest)
      : await publishedBefore(request)
    : undefined;
  if (previous) checkContracts(previous, request);
  const results = needs.has('result') ? (given ? given.results : await lastResults(request)) : undefined;
  const fresher =
    needs.has('source_status') && given?.sources
      ? fresherSources(readState(targetPath).sources, given.sources)
      : undefined;
  return {
    ...(previous && { previous }),
    ...(results && { results }),
    ...(fresher && { fresherSources: fresher }),
  };
}

/** As under dbt, comparing states is when a broken contract is told. */
function checkContracts(previous: PreviousState, { manifest, warn }: StateRequest): void {
  for (const { error, versioned } of brokenContracts(previous, manifest)) {
    if (versioned) throw error;
    warn(`${error.code}: ${error.message}`);
  }
}

async function publishedBefore({ manifest, warehouse }: StateRequest): Promise<PreviousState> {
  const { readArtifact } = await import('../../build/publish/artifacts.js');
  const { quoteIdentifier } = await import('../../postgres/identifier.js');
  const { database, settings } = await warehouse();
  const content = await readArtifact(database, quoteIdentifier(settings.database.stateSchema), 'state');
  return rememberedState((content ?? {}) as PublishedState, manifest);
}

async function lastResults({ warehouse }: StateRequest): Promise<Readonly<Record<string, string>>> {
  const { readLastResults } = await import('../../build/history/last-results.js');
  const { quoteIdentifier } = await import('../../postgres/identifier.js');
  const { database, settings } = await warehouse();
  return readLastResults(database, quoteIdentifier(settings.database.stateSchema));
}
