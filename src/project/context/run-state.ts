import type { Value } from '../../jinja/values/value.js';

/** What one render notes about itself. The results of statements live here too, by name. */
export class RunState {
  readonly results = new Map<string, Value>();
  /** unique_ids of ephemeral models that were referred to. */
  readonly ephemeral = new Set<string>();
  queried = false;
  volatile = false;
}
