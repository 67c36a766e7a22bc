import type { Arguments, Expression } from './ast.js';
import type { TokenStream } from './token-stream.js';

type ExpressionParser = (stream: TokenStream) => Expression;

export const noArguments: Arguments = { positional: [], named: [], spread: null, namedSpread: null };

/** `(a, b=c, *d, **e)` */
export function parseArguments(stream: TokenStream, parseExpression: ExpressionParser): Arguments {
  const { at } = stream.expectOperator('(');
  const positional: Expression[] = [];
  const named: { name: string; value: Expression }[] = [];
  let spread: Expression | null = null;
  let namedSpread: Expression | null = null;
  const ensure = (ok: boolean): void => {
    if (!ok) stream.fail('the arguments of a call are out of order', at);
  };
  let first = true;
  while (!stream.isOperator(')')) {
    if (!first) {
      stream.expectOperator(',');
      if (stream.isOperator(')')) break;
    }
    first = false;
    if (stream.skipOperator('*')) {
      ensure(spread === null && namedSpread === null);
      spread = parseExpression(stream);
    } else if (stream.skipOperator('**')) {
      ensure(namedSpread === null);
      namedSpread = parseExpression(stream);
    } else if (stream.current.kind === 'name' && isAssignment(stream)) {
      ensure(namedSpread === null);
      const name = stream.next().text;
      stream.next();
      if (named.some((argument) => argument.name === name)) {
        stream.fail(`the argument '${name}' is given twice`, at);
      }
      named.push({ name, value: parseExpression(stream) });
    } else {
      ensure(spread === null && namedSpread === null && named.length === 0);
      positional.push(parseExpression(stream));
    }
  }
  stream.expectOperator(')');
  return { positional, named, spread, namedSpread };
}

function isAssignment(stream: TokenStream): boolean {
  const after = stream.look();
  return after?.kind === 'operator' && after.text === '=';
}

/** What stands between brackets behind a value: an index or a slice. */
export function parseIndex(stream: TokenStream, parseExpression: ExpressionParser): Expression {
  const { at } = stream.current;
  const start = stream.isOperator(':') ? null : parseExpression(stream);
  if (start !== null && !stream.isOperator(':')) return start;
  const part = (): Expression | null =>
    stream.isOperator(':') || stream.isOperator(']') || stream.isOperator(',')
      ? null
      : parseExpression(stream);
  stream.expectOperator(':');
  const stop = part();
  const step = stream.skipOperator(':') ? part() : null;
  return { kind: 'slice', start, stop, step, at };
}
