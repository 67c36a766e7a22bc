/** The first cycle met when following parents, as `a -> b -> a`; undefined when there is none. */
export function findCycle(parents: Readonly<Record<string, readonly string[]>>): string[] | undefined {
  const state = new Map<string, 'open' | 'done'>();
  for (const start of Object.keys(parents)) {
    if (state.has(start)) continue;
    // a walk with its own stack: chains of thousands of models must not overflow ours
    const path: { readonly id: string; next: number }[] = [{ id: start, next: 0 }];
    state.set(start, 'open');
    while (path.length > 0) {
      const top = path[path.length - 1];
      if (top === undefined) break;
      const parent = parents[top.id]?.[top.next++];
      if (parent === undefined) {
        state.set(top.id, 'done');
        path.pop();
      } else if (state.get(parent) === 'open') {
        const from = path.findIndex(({ id }) => id === parent);
        return [...path.slice(from).map(({ id }) => id), parent];
      } else if (!state.has(parent)) {
        state.set(parent, 'open');
        path.push({ id: parent, next: 0 });
      }
    }
  }
  return undefined;
}
