import type { BinaryOperator, CompareOperator, Expression, Filter } from './ast.js';
import { noArguments, parseArguments, parseIndex } from './parse-arguments.js';
import { parseDict, parseList } from './parse-literal.js';
import { describeToken } from './token.js';
import type { TokenStream } from './token-stream.js';

const compareOperators = new Set(['==', '!=', '<', '<=', '>', '>=']);
const testArgumentKinds = new Set(['name', 'string', 'integer', 'float']);

/** Names that mean a value, whatever the context holds. */
const constants: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
]);

export interface TupleOptions {
  /** `x if y` may stand in it. Default true. */
  readonly conditional?: boolean;
  /** A name that ends it, beside the end of the tag. */
  readonly until?: string;
  /** It stands in parentheses, so it may be empty. */
  readonly parentheses?: boolean;
}

/** One expression, or several with commas between them: a tuple. */
export function parseTuple(stream: TokenStream, options: TupleOptions = {}): Expression {
  const { at } = stream.current;
  const items: Expression[] = [];
  let isTuple = false;
  for (;;) {
    if (items.length > 0) stream.expectOperator(',');
    if (tupleEnds(stream, options.until)) break;
    items.push(options.conditional === false ? parseOr(stream) : parseExpression(stream));
    if (!stream.isOperator(',')) break;
    isTuple = true;
  }
  if (isTuple) return { kind: 'tuple', items, at };
  const [only] = items;
  if (only) return only;
  if (!options.parentheses) stream.fail(`expected an expression, got ${describeToken(stream.current)}`);
  return { kind: 'tuple', items, at };
}

function tupleEnds(stream: TokenStream, until: string | undefined): boolean {
  const { kind } = stream.current;
  if (kind === 'output end' || kind === 'tag end' || stream.isOperator(')')) return true;
  return until !== undefined && stream.isName(until);
}

/** An expression without commas. */
export function parseExpression(stream: TokenStream): Expression {
  const plain = parsePlain(stream);
  if (plain !== null) return plain;
  stream.enter();
  let node = parseOr(stream);
  let links = 1;
  while (stream.isName('if')) {
    const { at } = stream.next();
    stream.enter();
    links++;
    const test = parseOr(stream);
    const otherwise = stream.skipName('else') ? parseExpression(stream) : null;
    node = { kind: 'conditional', test, then: node, otherwise, at };
  }
  stream.leave(links);
  return node;
}

/** Most expressions are a name or literal and no more: those need not go through every precedence. */
function parsePlain(stream: TokenStream): Expression | null {
  const { kind, text } = stream.current;
  if ((kind !== 'string' && kind !== 'name' && kind !== 'integer') || text === 'not') return null;
  const after = stream.look();
  if (after === undefined) return null;
  const ends =
    after.kind === 'tag end' ||
    after.kind === 'output end' ||
    (after.kind === 'operator' && (after.text === ',' || after.text === ')' || after.text === ']'));
  return ends ? parsePrimary(stream) : null;
}

type Operand = (stream: TokenStream) => Expression;

/**
 * Operands with operators of one precedence between them, joined from the left. Each link deepens the tree, so it
 * counts as nesting.
 */
function parseChain(
  stream: TokenStream,
  operand: Operand,
  isLink: () => boolean,
  join: (operator: string, left: Expression, right: Expression, at: number) => Expression,
): Expression {
  let left = operand(stream);
  let links = 0;
  while (isLink()) {
    const { text, at } = stream.next();
    left = join(text, left, operand(stream), at);
    stream.enter();
    links++;
  }
  stream.leave(links);
  return left;
}

function parseOr(stream: TokenStream): Expression {
  return parseChain(
    stream,
    parseAnd,
    () => stream.isName('or'),
    (_, left, right, at) => ({ kind: 'or', left, right, at }),
  );
}

function parseAnd(stream: TokenStream): Expression {
  return parseChain(
    stream,
    parseNot,
    () => stream.isName('and'),
    (_, left, right, at) => ({ kind: 'and', left, right, at }),
  );
}

function parseNot(stream: TokenStream): Expression {
  if (!stream.isName('not')) return parseCompare(stream);
  const { at } = stream.next();
  stream.enter();
  const operand = parseNot(stream);
  stream.leave();
  return { kind: 'not', operand, at };
}

function parseCompare(stream: TokenStream): Expression {
  const first = parseSum(stream);
  const { at } = stream.current;
  const rest: { operator: CompareOperator; operand: Expression }[] = [];
  for (;;) {
    const { current } = stream;
    let operator: CompareOperator;
    if (current.kind === 'operator' && compareOperators.has(current.text)) {
      operator = current.text as CompareOperator;
      stream.next();
    } else if (stream.skipName('in')) {
      operator = 'in';
    } else if (stream.isName('not') && stream.look()?.kind === 'name' && stream.look()?.text === 'in') {
      stream.next();
      stream.next();
      operator = 'not in';
    } else break;
    rest.push({ operator, operand: parseSum(stream) });
  }
  return rest.length === 0 ? first : { kind: 'compare', first, rest, at };
}

function parseBinary(stream: TokenStream, operand: Operand, operators: readonly string[]): Expression {
  return parseChain(
    stream,
    operand,
    () => stream.current.kind === 'operator' && operators.includes(stream.current.text),
    (text, left, right, at) => ({ kind: 'binary', operator: text as BinaryOperator, left, right, at }),
  );
}

const sumOperators = ['+', '-'];
const productOperators = ['*', '/', '//', '%'];
const powerOperators = ['**'];

function parseSum(stream: TokenStream): Expression {
  return parseBinary(stream, parseConcat, sumOperators);
}

/** `~` binds tighter than `+`, and looser than `*`. */
function parseConcat(stream: TokenStream): Expression {
  const first = parseProduct(stream);
  if (!stream.isOperator('~')) return first;
  const { at } = stream.current;
  const parts = [first];
  while (stream.skipOperator('~')) parts.push(parseProduct(stream));
  return { kind: 'concat', parts, at };
}

function parseProduct(stream: TokenStream): Expression {
  return parseBinary(stream, parsePower, productOperators);
}

/** Unlike Python's, Jinja's `**` is left-associative and binds looser than a sign. */
function parsePower(stream: TokenStream): Expression {
  return parseBinary(stream, parseUnary, powerOperators);
}

function parseUnary(stream: TokenStream): Expression {
  return parseFilters(stream, parseSigned(stream));
}

/** Filters are applied after the sign: `-1 | abs` is 1. */
function parseSigned(stream: TokenStream): Expression {
  const { at } = stream.current;
  if (!stream.isOperator('-') && !stream.isOperator('+')) return parsePostfix(stream, parsePrimary(stream));
  const kind = stream.next().text === '-' ? 'negative' : 'positive';
  stream.enter();
  const operand = parseSigned(stream);
  stream.leave();
  return parsePostfix(stream, { kind, operand, at });
}

export function parsePrimary(stream: TokenStream): Expression {
  const token = stream.current;
  const { at } = token;
  switch (token.kind) {
    case 'name': {
      stream.next();
      const constant = constants.get(token.text);
      if (constant !== undefined) return { kind: 'literal', value: constant, at };
      return { kind: 'name', name: token.text, at };
    }
    case 'string': {
      let value = '';
      while (stream.current.kind === 'string') value += stream.next().text;
      return { kind: 'literal', value, at };
    }
    case 'integer':
    case 'float':
      stream.next();
      return { kind: 'literal', value: token.value, at };
    case 'operator':
      if (token.text === '(') {
        stream.next();
        const inner = parseTuple(stream, { parentheses: true });
        stream.expectOperator(')');
        return inner;
      }
      if (token.text === '[') return parseList(stream, parseExpression);
      if (token.text === '{') return parseDict(stream, parseExpression);
  }
  return stream.fail(`unexpected ${describeToken(token)}`);
}

/** `.name`, `[…]` and `(…)`. */
function parsePostfix(stream: TokenStream, start: Expression): Expression {
  let node = start;
  let links = 0;
  for (;;) {
    if (stream.isOperator('.')) node = parseDot(stream, node);
    else if (stream.isOperator('[')) node = parseSubscript(stream, node);
    else if (stream.isOperator('(')) node = parseCall(stream, node);
    else break;
    stream.enter();
    links++;
  }
  stream.leave(links);
  return node;
}

function parseDot(stream: TokenStream, object: Expression): Expression {
  const { at } = stream.next();
  const token = stream.next();
  if (token.kind === 'name') return { kind: 'attribute', object, name: token.text, at };
  if (token.kind !== 'integer') stream.fail('expected a name or number after the dot', token.at);
  return { kind: 'item', object, index: { kind: 'literal', value: token.value, at: token.at }, at };
}

function parseSubscript(stream: TokenStream, object: Expression): Expression {
  const { at } = stream.next();
  const indexes: Expression[] = [];
  while (!stream.isOperator(']')) {
    if (indexes.length > 0) stream.expectOperator(',');
    indexes.push(parseIndex(stream, parseExpression));
  }
  stream.expectOperator(']');
  const [only] = indexes;
  const index: Expression =
    indexes.length === 1 && only !== undefined ? only : { kind: 'tuple', items: indexes, at };
  return { kind: 'item', object, index, at };
}

function parseCall(stream: TokenStream, callee: Expression): Expression {
  const { at } = stream.current;
  return { kind: 'call', callee, args: parseArguments(stream, parseExpression), at };
}

/** `| filter` and `is test`, and calls of what they give. */
function parseFilters(stream: TokenStream, start: Expression): Expression {
  let node = start;
  let links = 0;
  for (;;) {
    if (stream.skipOperator('|')) {
      const filter = parseFilter(stream);
      node = { kind: 'filter', input: node, filter, at: filter.at };
    } else if (stream.isName('is')) node = parseTest(stream, node);
    else if (stream.isOperator('(')) node = parseCall(stream, node);
    else break;
    stream.enter();
    links++;
  }
  stream.leave(links);
  return node;
}

/** A filter's name and arguments, after its `|`. */
export function parseFilter(stream: TokenStream): Filter {
  const { at } = stream.current;
  const name = parseDottedName(stream);
  return { name, args: stream.isOperator('(') ? parseArguments(stream, parseExpression) : noArguments, at };
}

function parseDottedName(stream: TokenStream): string {
  let name = stream.expectName().text;
  while (stream.skipOperator('.')) name += `.${stream.expectName().text}`;
  return name;
}

function parseTest(stream: TokenStream, input: Expression): Expression {
  const { at } = stream.next();
  const negated = stream.skipName('not');
  const name = parseDottedName(stream);
  let args = noArguments;
  if (stream.isOperator('(')) args = parseArguments(stream, parseExpression);
  else if (testArgumentFollows(stream)) {
    if (stream.isName('is')) stream.fail('tests with `is` cannot be chained');
    args = { ...noArguments, positional: [parsePostfix(stream, parsePrimary(stream))] };
  }
  const test: Expression = { kind: 'test', input, name, args, at };
  return negated ? { kind: 'not', operand: test, at } : test;
}

/** A test's single argument may stand without parentheses: `is divisibleby 3`. */
function testArgumentFollows(stream: TokenStream): boolean {
  const { kind, text } = stream.current;
  if (kind === 'name') return text !== 'else' && text !== 'or' && text !== 'and';
  return testArgumentKinds.has(kind) || (kind === 'operator' && (text === '[' || text === '{'));
}
