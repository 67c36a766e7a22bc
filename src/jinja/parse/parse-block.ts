import type { BlockDefinition, BlockKind, Parameter, Statement } from './ast.js';
import { parseExpression } from './parse-expression.js';
import type { TokenStream } from './token-stream.js';

/** Reads statements up to one of the tags `ends`, and leaves the stream at that tag's name. */
export type BodyParser = (stream: TokenStream, ends: readonly string[]) => readonly Statement[];

/** `macro`, `test`, `materialization`, … from behind the tag's name to behind its closing tag. */
export function parseBlock(
  stream: TokenStream,
  kind: BlockKind,
  start: number,
  parseBody: BodyParser,
): BlockDefinition {
  const { at, text: name } = stream.expectName();
  let adapter: string | null = null;
  let parameters: readonly Parameter[] = [];
  if (kind === 'materialization') {
    const head = parseMaterializationHead(stream, name);
    adapter = head.adapter;
    parameters = head.parameters;
  } else if (kind === 'macro' || kind === 'test' || kind === 'data_test') {
    parameters = parseParameters(stream);
  }
  return { kind, name, adapter, parameters, at, start, ...parseBlockBody(stream, `end${kind}`, parseBody) };
}

type Body = Pick<BlockDefinition, 'body' | 'uses' | 'end' | 'bodyStart' | 'bodyEnd'>;

/** From the end of the opening tag to behind the closing tag's name. */
export function parseBlockBody(stream: TokenStream, end: string, parseBody: BodyParser): Body {
  stream.skipOperator(':');
  const { index } = stream;
  const bodyStart = stream.expectEnd('tag end').end;
  const { loops } = stream;
  stream.loops = 0;
  const body = parseBody(stream, [end]);
  stream.loops = loops;
  const bodyEnd = stream.previous?.at ?? bodyStart;
  const uses = {
    caller: stream.readSince(index, 'caller'),
    varargs: stream.readSince(index, 'varargs'),
    kwargs: stream.readSince(index, 'kwargs'),
  };
  stream.next();
  return { body, uses, bodyStart, bodyEnd, end: stream.current.end };
}

/** `(a, b=1, c: list[str] = [])` */
export function parseParameters(stream: TokenStream): Parameter[] {
  const parameters: Parameter[] = [];
  stream.expectOperator('(');
  while (!stream.isOperator(')')) {
    if (parameters.length > 0) stream.expectOperator(',');
    const { text: name, at } = stream.expectName();
    if (parameters.some((parameter) => parameter.name === name)) {
      stream.fail(`the parameter '${name}' is declared twice`, at);
    }
    const type = stream.skipOperator(':') ? parseType(stream) : null;
    const value = stream.skipOperator('=') ? parseExpression(stream) : null;
    if (value === null && parameters.at(-1)?.default) {
      stream.fail(`the parameter '${name}' needs a default, since the one before it has one`, at);
    }
    if (name === 'caller' && value === null) {
      stream.fail('the parameter `caller` must be left out or be given a default', at);
    }
    parameters.push({ name, type, default: value });
  }
  stream.expectOperator(')');
  return parameters;
}

/** dbt's annotations: a name, or a name of other types in brackets. They are kept, and not checked. */
function parseType(stream: TokenStream): string {
  stream.enter();
  let type = stream.expectName().text;
  if (stream.skipOperator('[')) {
    const inner: string[] = [];
    while (!stream.isOperator(']')) {
      if (inner.length > 0) stream.expectOperator(',');
      inner.push(parseType(stream));
    }
    stream.expectOperator(']');
    type += `[${inner.join(', ')}]`;
  }
  stream.leave();
  return type;
}

/** `name, default` or `name, adapter='postgres', supported_languages=['sql']` */
function parseMaterializationHead(
  stream: TokenStream,
  materialization: string,
): { adapter: string; parameters: Parameter[] } {
  let adapter = 'default';
  const parameters: Parameter[] = [];
  while (stream.skipOperator(',')) {
    const { text: name, at } = stream.expectName();
    if (name === 'default') continue;
    if (name !== 'adapter' && name !== 'supported_languages') {
      stream.fail(`the materialization '${materialization}' has no argument '${name}'`, at);
    }
    stream.expectOperator('=');
    const value = parseExpression(stream);
    if (name === 'supported_languages') parameters.push({ name, type: null, default: value });
    else if (value.kind === 'literal' && typeof value.value === 'string') adapter = value.value;
    else stream.fail('the adapter of a materialization must be a string', value.at);
  }
  return { adapter, parameters };
}
