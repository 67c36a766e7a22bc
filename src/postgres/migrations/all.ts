import type { Knex } from 'knex';
import * as state001 from './001_state.js';
import * as apiKeys002 from './002_api_keys.js';

export interface StateMigration {
  readonly name: string;
  up(knex: Knex): Promise<void>;
  down(knex: Knex): Promise<void>;
}

/** thau's own tables, step by step: named here rather than read from a folder, so that it works from any build. */
export const stateMigrations: readonly StateMigration[] = [
  { name: '001_state', ...state001 },
  { name: '002_api_keys', ...apiKeys002 },
];
