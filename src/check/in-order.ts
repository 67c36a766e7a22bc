import type { ManifestNode } from '../project/manifest.js';

/** Parents first, tests last: a test reads models, and nothing reads a test. */
export function inOrder(
  nodes: readonly ManifestNode[],
  inputs: (node: ManifestNode) => readonly string[],
): readonly ManifestNode[] {
  const byId = new Map(nodes.map((node) => [node.unique_id, node]));
  const ordered: ManifestNode[] = [];
  const done = new Set<string>();
  // by hand instead of by recursion: a chain of ten thousand models is one stack frame each
  for (const root of nodes) {
    const stack = [{ node: root, next: inputs(root).values() }];
    if (done.has(root.unique_id)) continue;
    done.add(root.unique_id);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const { value, done: ended } = top.next.next();
      if (ended) {
        ordered.push(top.node);
        stack.pop();
        continue;
      }
      const parent = byId.get(value);
      if (!parent || done.has(value)) continue;
      done.add(value);
      stack.push({ node: parent, next: inputs(parent).values() });
    }
  }
  const isTest = (node: ManifestNode): boolean => node.resource_type === 'test';
  return [...ordered.filter((node) => !isTest(node)), ...ordered.filter(isTest)];
}
