import type { Knex } from 'knex';
import * as state001 from './001_state.js';
import * as state010 from './010_batches.js';
import * as state050 from './050_artifacts_before_the_flip.js';
import * as state060 from './060_source_schedules.js';
import * as state065 from './065_subject_reads.js';
import * as state051 from './051_mapping_before_the_flip.js';
import * as state011 from './011_source_changes.js';
import * as state040 from './040_versioned.js';
import * as state020 from './020_cancel_and_leases.js';
import * as state030 from './030_artifacts_as_written.js';
import * as apiKeys025 from './025_api_keys.js';
import * as state from './001_state.js';
import * as batches from './002_batches.js';
import * as sourceChanges from './003_source_changes.js';
import * as cancelAndLeases from './004_cancel_and_leases.js';
import * as apiKeys from './005_api_keys.js';
import * as artifactsAsWritten from './006_artifacts_as_written.js';
import * as versioned from './007_versioned.js';
import * as artifactsBeforeTheFlip from './008_artifacts_before_the_flip.js';
import * as mappingBeforeTheFlip from './009_mapping_before_the_flip.js';
import * as sourceSchedules from './010_source_schedules.js';
import * as published from './011_published.js';

export interface StateMigration {
  readonly name: string;
  up(knex: Knex): Promise<void>;
  down(knex: Knex): Promise<void>;
}

/** thau's own tables, step by step: named here rather than read from a folder, so that it works from any build. */
export const stateMigrations: readonly StateMigration[] = [
  { name: '001_state', ...state001 },
  { name: '010_batches', ...state010 },
  { name: '011_source_changes', ...state011 },
  { name: '040_versioned', ...state040 },
  { name: '020_cancel_and_leases', ...state020 },
  { name: '030_artifacts_as_written', ...state030 },
  { name: '025_api_keys', ...apiKeys025 },
  { name: '050_artifacts_before_the_flip', ...state050 },
  { name: '060_source_schedules', ...state060 },
  { name: '051_mapping_before_the_flip', ...state051 },
  { name: '065_subject_reads', ...state065 },
  { name: '001_state', ...state },
  { name: '002_batches', ...batches },
  { name: '003_source_changes', ...sourceChanges },
  { name: '004_cancel_and_leases', ...cancelAndLeases },
  { name: '005_api_keys', ...apiKeys },
  { name: '006_artifacts_as_written', ...artifactsAsWritten },
  { name: '007_versioned', ...versioned },
  { name: '008_artifacts_before_the_flip', ...artifactsBeforeTheFlip },
  { name: '009_mapping_before_the_flip', ...mappingBeforeTheFlip },
  { name: '010_source_schedules', ...sourceSchedules },
  { name: '011_published', ...published },
];
