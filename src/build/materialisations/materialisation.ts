import type { ManifestNode, NodeConfig } from '../../project/manifest.js';
import type { Session } from '../../postgres/session.js';
import type { Relation, RelationKind, RowStore } from '../relation.js';
import type { OwnStrategy } from './own-strategy.js';
import type { VersionWork } from '../versioned/growing-table.js';

export interface CandidateInput {
  /** Within the transaction that the candidate is made in. */
  readonly tx: Session;
  readonly node: ManifestNode;
  readonly config: NodeConfig;
  /** The compiled select; empty for seeds. */
  readonly sql: string;
  /** Where the candidate is to stand. */
  readonly target: { readonly schema: string; readonly name: string };
  /** The relation that shows the node now, if one does and the new one goes on from it. */
  readonly current: Relation | undefined;
  /** The same, also where nothing of it goes into the new one: what its statistics tell may hold on. */
  readonly predecessor?: Relation;
  readonly fullRefresh: boolean;
  readonly empty: boolean;
  /** Of a seed: its file. */
  readonly absolutePath: string;
  /** Of an incremental model whose strategy the project wrote. */
  readonly strategy?: OwnStrategy;
  /** Of incremental models and snapshots whose rows several generations may share. */
  readonly versions?: VersionWork;
}

export interface Candidate {
  readonly kind: RelationKind;
  /** Of a versioned relation. */
  readonly store?: RowStore;
  /** Rows written; null where none are. */
  readonly rows: number | null;
  /** PostgreSQL's command tag, as dbt shows it: `SELECT 100`, `CREATE VIEW`. */
  readonly message: string;
}

/**
 * One way to bring a node's relation up to date. `candidate` makes what the run is to show, aside, in one
 * transaction; a publish maps the node to it; `undo` takes back what `candidate` did, when nothing maps to it.
 */
export interface Materialisation {
  candidate(input: CandidateInput): Promise<Candidate>;
  undo(tx: Session, relation: Relation): Promise<void>;
}
