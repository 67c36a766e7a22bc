import type { Statement } from '../../jinja/parse/ast.js';

/** What a piece of template might call: names, `package.name` pairs, and constant arguments of dispatch. */
export interface MacroReferences {
  readonly names: readonly string[];
  readonly members: readonly string[];
  readonly dispatched: readonly { readonly name: string; readonly namespace: string | null }[];
}

interface Collecting {
  readonly names: Set<string>;
  readonly members: Set<string>;
  readonly dispatched: { name: string; namespace: string | null }[];
}

/** Reads the syntax tree without running it, so that branches not taken while parsing are seen too. */
export function macroReferences(body: readonly Statement[]): MacroReferences {
  const found: Collecting = { names: new Set(), members: new Set(), dispatched: [] };
  visit(body, found);
  return { names: [...found.names], members: [...found.members], dispatched: found.dispatched };
}

interface Loose {
  readonly kind?: unknown;
  readonly name?: unknown;
  readonly object?: unknown;
  readonly callee?: unknown;
  readonly args?: unknown;
  readonly value?: unknown;
}

function visit(part: unknown, found: Collecting): void {
  if (typeof part !== 'object' || part === null) return;
  if (Array.isArray(part)) {
    for (const item of part) visit(item, found);
    return;
  }
  const node = part as Loose;
  switch (node.kind) {
    case 'text':
    case 'literal':
      return;
    case 'name':
      found.names.add(String(node.name));
      return;
    case 'attribute': {
      const object = node.object as Loose;
      if (object.kind === 'name') found.members.add(`${String(object.name)}.${String(node.name)}`);
      break;
    }
    case 'call':
      noteDispatch(node, found);
      break;
  }
  for (const child of Object.values(part)) visit(child, found);
}

function noteDispatch(call: Loose, found: Collecting): void {
  const callee = call.callee as Loose;
  if (callee.kind !== 'attribute' || callee.name !== 'dispatch') return;
  const args = call.args as {
    readonly positional: readonly Loose[];
    readonly named: readonly { readonly name: string; readonly value: Loose }[];
  };
  const constant = (position: number, name: string): string | null => {
    const given = args.positional[position] ?? args.named.find((one) => one.name === name)?.value;
    return given?.kind === 'literal' && typeof given.value === 'string' ? given.value : null;
  };
  const name = constant(0, 'macro_name');
  if (name !== null) found.dispatched.push({ name, namespace: constant(1, 'macro_namespace') });
}
