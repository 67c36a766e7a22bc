import { createHash } from 'node:crypto';
import type { Manifest } from '../../project/manifest.js';
import type { Decision } from '../plan/decision.js';
import { unitTestOf } from './unit-tests-in-graph.js';

export interface UnitTestPlanning {
  readonly manifest: Manifest;
  readonly selected: ReadonlySet<string>;
  /** Why everything runs; undefined where what holds already is not run again. */
  readonly force: string | undefined;
  /** Of nodes planned so far. */
  readonly decisions: ReadonlyMap<string, Decision>;
  readonly fingerprints: ReadonlyMap<string, string>;
  /** What was remembered of unit tests that passed. */
  readonly passed: Readonly<Record<string, string>>;
  /** As it would be remembered now. */
  readonly remembered: (fingerprint: string) => string | null;
}

export interface PlannedUnitTest {
  readonly id: string;
  readonly decision: Decision;
  readonly fingerprint: string | undefined;
}

/** A unit test depends on no data: it holds as long as its model, its rows and what it expects are the same. */
export function planUnitTests(planning: UnitTestPlanning): PlannedUnitTest[] {
  const { manifest, decisions, fingerprints, force } = planning;
  return [...planning.selected].flatMap((id): PlannedUnitTest[] => {
    const test = unitTestOf(manifest, id);
    if (test === undefined) return [];
    const model = fingerprints.get(test.tested_node_unique_id);
    const fingerprint =
      model === undefined
        ? undefined
        : createHash('sha256')
            .update(JSON.stringify([model, test.checksum]))
            .digest('hex');
    const decide = (): Decision => {
      if (force !== undefined) return { action: 'build', because: force };
      if (fingerprint === undefined) return { action: 'build', because: 'its model cannot be compared' };
      const tested = decisions.get(test.tested_node_unique_id)?.action;
      const isBuilt = tested === 'build' || tested === 'decide';
      if (planning.passed[id] === planning.remembered(fingerprint) && !isBuilt)
        return { action: 'carry', because: 'nothing it depends on changed' };
      return {
        action: 'build',
        because: isBuilt ? 'tests a model that is built' : 'did not pass as it is now',
      };
    };
    return [{ id, decision: decide(), fingerprint }];
  });
}
