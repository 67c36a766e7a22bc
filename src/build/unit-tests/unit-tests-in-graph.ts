import type { Manifest, ManifestNode } from '../../project/manifest.js';
import { unitTestName, type UnitTestNode } from '../../project/unit-tests/unit-test.js';

/** The unit test of this id; undefined for any other node. */
export function unitTestOf(manifest: Manifest, id: string): UnitTestNode | undefined {
  return manifest.unit_tests[id] as UnitTestNode | undefined;
}

/**
 * The nodes with the chosen unit tests among them: each waits for what its inputs' columns come from, and the model
 * it tests waits for it, so that a model whose logic is wrong is never built.
 */
export function withUnitTests(
  nodes: Readonly<Record<string, ManifestNode>>,
  manifest: Manifest,
  chosen: ReadonlySet<string>,
): Readonly<Record<string, ManifestNode>> {
  const tests = [...chosen].flatMap((id) => unitTestOf(manifest, id) ?? []);
  if (tests.length === 0) return nodes;
  const all: Record<string, ManifestNode> = { ...nodes };
  for (const test of tests) {
    const tested = nodes[test.tested_node_unique_id];
    if (tested === undefined) continue;
    const inputs = [...tested.depends_on.nodes, ...test.given_nodes].filter((id) => id !== tested.unique_id);
    all[test.unique_id] = asNode(test, tested, [...new Set(inputs)]);
    const before = all[tested.unique_id] ?? tested;
    all[tested.unique_id] = {
      ...before,
      depends_on: { ...before.depends_on, nodes: [...before.depends_on.nodes, test.unique_id] },
    };
  }
  return all;
}

/** A unit test as the node of a run that it is. */
export function asNode(test: UnitTestNode, tested: ManifestNode, inputs: readonly string[]): ManifestNode {
  return {
    ...tested,
    unique_id: test.unique_id,
    resource_type: 'unit_test',
    name: unitTestName(test),
    package_name: test.package_name,
    original_file_path: test.original_file_path,
    fqn: test.fqn,
    relation_name: null,
    config: { ...tested.config, materialized: 'unit', pre_hook: [], post_hook: [] },
    depends_on: { nodes: inputs, macros: [] },
  };
}
