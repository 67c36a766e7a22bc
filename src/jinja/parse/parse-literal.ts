import type { Expression } from './ast.js';
import type { TokenStream } from './token-stream.js';

type ExpressionParser = (stream: TokenStream) => Expression;

/** `[a, b]` */
export function parseList(stream: TokenStream, parseExpression: ExpressionParser): Expression {
  const { at } = stream.next();
  const items: Expression[] = [];
  while (!stream.isOperator(']')) {
    if (items.length > 0) {
      stream.expectOperator(',');
      if (stream.isOperator(']')) break;
    }
    items.push(parseExpression(stream));
  }
  stream.expectOperator(']');
  return { kind: 'list', items, at };
}

/** `{a: b}` */
export function parseDict(stream: TokenStream, parseExpression: ExpressionParser): Expression {
  const { at } = stream.next();
  const pairs: [Expression, Expression][] = [];
  while (!stream.isOperator('}')) {
    if (pairs.length > 0) {
      stream.expectOperator(',');
      if (stream.isOperator('}')) break;
    }
    const key = parseExpression(stream);
    stream.expectOperator(':');
    pairs.push([key, parseExpression(stream)]);
  }
  stream.expectOperator('}');
  return { kind: 'dict', pairs, at };
}
