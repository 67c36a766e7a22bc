import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ThauError } from '../../errors/thau-error.js';
import type { Manifest } from '../manifest.js';

/** One source of a sources.json. */
export interface SourceFreshness {
  readonly unique_id: string;
  /** `pass`, `warn`, `error` or `runtime error`. */
  readonly status: string;
  /** ISO time of the newest row; absent when the check itself failed. */
  readonly max_loaded_at?: string;
}

/** What an earlier run left in a folder: dbt's `--state`. A part is undefined where its file is not there. */
export interface StateFolder {
  readonly folder: string;
  readonly manifest: Manifest | undefined;
  /** Status of each node of `run_results.json`, by unique_id. */
  readonly results: Readonly<Record<string, string>> | undefined;
  /** What the run of `run_results.json` was started with. */
  readonly args?: Readonly<Record<string, unknown>>;
  /** The entries of `sources.json`, by unique_id. */
  readonly sources: Readonly<Record<string, SourceFreshness>> | undefined;
}

/**
 * Reads the artifacts of a folder, thau's own or dbt's (manifest v7 to v12, run results v4 to v6, sources v3): what
 * `state:`, `result:`, `source_status:` and `--defer` compare with. As under dbt the path is read from the project's
 * folder `root`; where nothing stands there, from where the command was typed. Throws PROJECT_STATE.
 */
export function readState(given: string, root = '.'): StateFolder {
  const folder = [resolve(root, given), resolve(given)].find(isFolder);
  if (folder === undefined) throw fault(given, 'there is no such folder');
  const manifest = artifact(folder, 'manifest', 7, 12);
  const results = artifact(folder, 'run-results', 4, 6);
  const sources = artifact(folder, 'sources', 3, 3);
  if (manifest === undefined && results === undefined && sources === undefined) {
    throw fault(folder, 'it holds no manifest.json, run_results.json or sources.json');
  }
  return {
    folder,
    manifest: manifest && asManifest(manifest),
    results:
      results &&
      Object.fromEntries(
        entries(results, folder).flatMap(({ unique_id: id, status }) =>
          typeof status === 'string' ? [[id, status] as const] : [],
        ),
      ),
    ...(isRecord(results?.['args']) && { args: results['args'] }),
    sources:
      sources &&
      Object.fromEntries(
        entries(sources, folder).map((entry) => [entry.unique_id, entry as unknown as SourceFreshness]),
      ),
  };
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** The manifest of a state folder; throws PROJECT_STATE where the folder has none. */
export function stateManifest(state: StateFolder): Manifest {
  if (state.manifest === undefined) throw fault(state.folder, 'it holds no manifest.json');
  return state.manifest;
}

type Json = Readonly<Record<string, unknown>>;

function artifact(
  folder: string,
  kind: 'manifest' | 'run-results' | 'sources',
  oldest: number,
  newest: number,
): Json | undefined {
  const file = join(folder, `${kind.replace('-', '_')}.json`);
  if (!existsSync(file)) return undefined;
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw fault(file, `it is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const metadata = isRecord(content) ? content['metadata'] : undefined;
  const schema = isRecord(metadata) ? metadata['dbt_schema_version'] : undefined;
  const version = typeof schema === 'string' ? /\/dbt\/([\w-]+)\/v(\d+)\.json$/.exec(schema) : null;
  if (!isRecord(content) || version?.[1] !== kind) throw fault(file, `it is not a ${kind} of dbt or thau`);
  const number = Number(version[2]);
  if (number < oldest || number > newest) {
    throw fault(file, `it is of schema v${number}; v${oldest} to v${newest} can be read`);
  }
  return content;
}

/** Tables that an older schema did not have yet are empty. */
function asManifest(raw: Json): Manifest {
  const tables = Object.fromEntries(
    [
      'nodes',
      'sources',
      'macros',
      'docs',
      'exposures',
      'metrics',
      'groups',
      'semantic_models',
      'saved_queries',
      'unit_tests',
      'disabled',
      'parent_map',
      'child_map',
    ].map((name) => [name, isRecord(raw[name]) ? raw[name] : {}]),
  );
  return { ...raw, ...tables } as unknown as Manifest;
}

function entries(raw: Json, folder: string): (Json & { readonly unique_id: string })[] {
  const list: unknown = raw['results'];
  if (!Array.isArray(list)) throw fault(folder, 'an artifact of it has no list of results');
  return list.filter(
    (entry): entry is Json & { unique_id: string } =>
      isRecord(entry) && typeof entry['unique_id'] === 'string',
  );
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fault(place: string, why: string): ThauError {
  return new ThauError('PROJECT_STATE', `${place} cannot be read as an earlier state: ${why}.`, {
    hint: 'Give --state the target folder of an earlier run, with its manifest.json.',
  });
}
