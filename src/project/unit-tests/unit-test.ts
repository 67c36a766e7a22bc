import type { DeclaredNode } from '../manifest.js';

/** One row of a fixture, by column. */
export type FixtureRow = Readonly<Record<string, unknown>>;

/** Rows that a unit test gives or expects: as data, or as SQL. */
export interface Fixture {
  readonly format: 'dict' | 'csv' | 'sql';
  /** SQL for the format sql, else rows; what CSV leaves empty is null. */
  readonly rows: readonly FixtureRow[] | string;
  /** The file they were read from. */
  readonly fixture: string | null;
}

export interface GivenInput extends Fixture {
  /** As written: `ref('orders')`, `source('crm', 'people')` or `this`. */
  readonly input: string;
}

/** What a unit test replaces besides its inputs. */
export interface UnitTestOverrides {
  readonly macros: Readonly<Record<string, unknown>>;
  readonly vars: Readonly<Record<string, unknown>>;
  readonly env_vars: Readonly<Record<string, unknown>>;
}

/** A unit test of the manifest, in dbt's shape and with what running it needs. */
export interface UnitTestNode extends DeclaredNode {
  readonly resource_type: 'unit_test';
  readonly model: string;
  readonly given: readonly GivenInput[];
  readonly expect: Fixture;
  readonly overrides: UnitTestOverrides | null;
  readonly tested_node_unique_id: string;
  /** The unique_id that each `given` stands for, in their order. */
  readonly given_nodes: readonly string[];
  readonly version: string | number | null;
  readonly checksum: string;
}

/** The name with the version it tests, as dbt shows it. */
export function unitTestName(test: Pick<UnitTestNode, 'name' | 'version'>): string {
  return test.version === null ? test.name : `${test.name}_v${test.version}`;
}
