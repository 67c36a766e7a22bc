import type { Knex } from 'knex';
import * as state001 from './001_state.js';
import * as state010 from './010_batches.js';
import * as state040 from './040_versioned.js';

export interface StateMigration {
  readonly name: string;
  up(knex: Knex): Promise<void>;
  down(knex: Knex): Promise<void>;
}

/** thau's own tables, step by step: named here rather than read from a folder, so that it works from any build. */
export const stateMigrations: readonly StateMigration[] = [
  { name: '001_state', ...state001 },
  { name: '010_batches', ...state010 },
  { name: '040_versioned', ...state040 },
];
