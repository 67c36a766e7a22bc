import type { Target } from './ast.js';
import { describeToken } from './token.js';
import type { TokenStream } from './token-stream.js';

const reserved = new Set(['true', 'True', 'false', 'False', 'none', 'None']);

/** What a value is assigned to: `a`, `a, b`, `(a, (b, c))`, and with `members` also `namespace.a`. */
export function parseTarget(stream: TokenStream, options: { members?: boolean } = {}): Target {
  const { at } = stream.current;
  const items: Target[] = [];
  let isTuple = false;
  for (;;) {
    if (items.length > 0) stream.expectOperator(',');
    if (targetEnds(stream)) break;
    items.push(parseOne(stream, options.members ?? false));
    if (!stream.isOperator(',')) break;
    isTuple = true;
  }
  const [only] = items;
  if (!only) stream.fail(`expected a name to assign to, got ${describeToken(stream.current)}`);
  return isTuple ? { kind: 'tuple', items, at } : only;
}

function targetEnds(stream: TokenStream): boolean {
  return stream.current.kind === 'tag end' || stream.isOperator(')');
}

function parseOne(stream: TokenStream, members: boolean): Target {
  const { at } = stream.current;
  if (stream.skipOperator('(')) {
    stream.enter();
    const inner = parseTarget(stream, { members });
    stream.leave();
    stream.expectOperator(')');
    return inner;
  }
  if (stream.current.kind !== 'name') stream.fail(`cannot assign to ${describeToken(stream.current)}`);
  const name = stream.next().text;
  if (reserved.has(name)) stream.fail(`cannot assign to '${name}'`, at);
  if (members && stream.skipOperator('.')) {
    return { kind: 'member', object: name, name: stream.expectName().text, at };
  }
  return { kind: 'name', name, at };
}
