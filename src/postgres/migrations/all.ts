import type { Knex } from 'knex';
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
import * as subjectReads from './012_subject_reads.js';
import * as privacy from './015_privacy.js';
import * as segmentRules from './013_segment_rules.js';
import * as sourceFreshness from './014_source_freshness.js';

export interface StateMigration {
  readonly name: string;
  up(knex: Knex): Promise<void>;
  down(knex: Knex): Promise<void>;
}

/** thau's own tables, step by step: named here rather than read from a folder, so that it works from any build. */
export const stateMigrations: readonly StateMigration[] = [
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
  { name: '012_subject_reads', ...subjectReads },
  { name: '015_privacy', ...privacy },
  { name: '013_segment_rules', ...segmentRules },
  { name: '014_source_freshness', ...sourceFreshness },
];
