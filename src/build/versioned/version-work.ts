import type { Session } from '../../postgres/session.js';
import type { NodeConfig } from '../../project/manifest.js';
import type { Relation, RowStore } from '../relation.js';
import type { PhysicalPath } from './choose-path.js';
import { definitionOf } from './definition.js';
import type { VersionWork } from './growing-table.js';
import { openForWriting } from './write-version.js';

export interface VersionQuestion {
  readonly state: string;
  readonly run: number;
  readonly path: PhysicalPath | undefined;
  readonly config: NodeConfig;
  /** What the candidate goes on from. */
  readonly current: Relation | undefined;
}

/** What a candidate may do about versions. Outside its transaction: readers are made ready for what it writes. */
export async function versionWork(
  session: Session,
  { state, run, path, config, current }: VersionQuestion,
): Promise<VersionWork | undefined> {
  if (path?.least === undefined) return undefined;
  const work = { state, run, least: path.least };
  if (path.path !== 'versioned' || !isVersioned(current)) return work;
  const opened = await openForWriting(session, { state, run, current, definition: definitionOf(config) });
  return typeof opened === 'string' ? { ...work, notReady: opened } : { ...work, ready: opened };
}

function isVersioned(relation: Relation | undefined): relation is Relation & { readonly store: RowStore } {
  return relation?.store !== undefined;
}
