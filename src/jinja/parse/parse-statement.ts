import { didYouMean } from '../../errors/suggest.js';
import { Fault } from '../fault.js';
import type { BlockDefinition, BlockKind, Filter, Statement } from './ast.js';
import { parseBlock, parseBlockBody, parseParameters } from './parse-block.js';
import { parseExpression, parseFilter, parseTuple } from './parse-expression.js';
import { parseTarget } from './parse-target.js';
import { describeToken } from './token.js';
import type { TokenStream } from './token-stream.js';

type TagParser = (stream: TokenStream, at: number, start: number) => readonly Statement[];

const blockKinds: readonly BlockKind[] = [
  'macro',
  'test',
  'data_test',
  'materialization',
  'snapshot',
  'docs',
];

const tags = new Map<string, TagParser>([
  ['if', parseIf],
  ['for', parseFor],
  ['set', parseSet],
  ['do', (stream, at) => [{ kind: 'do', value: parseTuple(stream), at }]],
  ['print', parsePrint],
  ['call', parseCallBlock],
  ['filter', parseFilterBlock],
  ['with', parseWith],
  ['autoescape', parseAutoescape],
  ['break', (stream, at) => parseJump(stream, 'break', at)],
  ['continue', (stream, at) => parseJump(stream, 'continue', at)],
  ...blockKinds.map((kind): [string, TagParser] => [
    kind,
    (stream, at, start) => [{ kind: 'block', definition: parseBlock(stream, kind, start, parseBody), at }],
  ]),
]);

/** Jinja's tags that load other templates; a project's macros need no import. */
const loading = new Set(['extends', 'include', 'import', 'from', 'block']);

/** Statements up to one of the tags `ends` (left standing at its name), or to the end of the template. */
export function parseBody(stream: TokenStream, ends: readonly string[] = []): readonly Statement[] {
  stream.enter();
  const body: Statement[] = [];
  for (;;) {
    const token = stream.next();
    const { at } = token;
    switch (token.kind) {
      case 'text':
        body.push({ kind: 'text', text: token.text, at });
        break;
      case 'output begin':
        body.push({ kind: 'output', value: parseTuple(stream), at });
        stream.expectEnd('output end');
        break;
      case 'tag begin':
        if (stream.current.kind === 'name' && ends.includes(stream.current.text)) {
          stream.leave();
          return body;
        }
        body.push(...parseTag(stream, at, ends));
        stream.expectEnd('tag end');
        break;
      case 'end':
        if (ends.length > 0) stream.fail(`the template ends before ${tagNames(ends)}`, at);
        stream.leave();
        return body;
      default:
        stream.fail(`unexpected ${describeToken(token)}`, at);
    }
  }
}

function parseTag(stream: TokenStream, start: number, ends: readonly string[]): readonly Statement[] {
  const { at, text, kind } = stream.current;
  if (kind !== 'name') stream.fail(`expected the name of a tag, got ${describeToken(stream.current)}`);
  const parse = tags.get(text);
  if (parse) {
    stream.next();
    return parse(stream, at, start);
  }
  if (loading.has(text)) {
    throw new Fault(
      'JINJA_SYNTAX',
      `the tag '${text}' is not supported: templates are not loaded from here`,
      {
        offset: at,
        hint: 'Macros of the project and its packages can be called without importing them.',
      },
    );
  }
  const wanted = ends.length > 0 ? `; expected ${tagNames(ends)}` : '';
  const hint = didYouMean(text, [...tags.keys(), ...ends]);
  throw new Fault('JINJA_SYNTAX', `unknown tag '${text}'${wanted}`, {
    offset: at,
    ...(hint === undefined ? {} : { hint }),
  });
}

function tagNames(names: readonly string[]): string {
  return names.map((name) => `{% ${name} %}`).join(' or ');
}

/** From the end of a tag to one of the tags `ends`. A colon may end the tag, as in Python. */
function parseInner(stream: TokenStream, ends: readonly string[]): readonly Statement[] {
  stream.skipOperator(':');
  stream.expectEnd('tag end');
  return parseBody(stream, ends);
}

function parseIf(stream: TokenStream, at: number): readonly Statement[] {
  const branches: { test: ReturnType<typeof parseTuple>; body: readonly Statement[] }[] = [];
  for (;;) {
    const test = parseTuple(stream, { conditional: false });
    branches.push({ test, body: parseInner(stream, ['elif', 'else', 'endif']) });
    const { text } = stream.next();
    if (text === 'elif') continue;
    let otherwise: readonly Statement[] = [];
    if (text === 'else') {
      otherwise = parseInner(stream, ['endif']);
      stream.next();
    }
    return [{ kind: 'if', branches, otherwise, at }];
  }
}

function parseFor(stream: TokenStream, at: number): readonly Statement[] {
  const target = parseTarget(stream);
  stream.expectName('in');
  const iterable = parseTuple(stream, { conditional: false, until: 'recursive' });
  const condition = stream.skipName('if') ? parseExpression(stream) : null;
  const recursive = stream.skipName('recursive');
  const { index } = stream;
  stream.loops++;
  const body = parseInner(stream, ['endfor', 'else']);
  stream.loops--;
  const usesLoop = stream.readSince(index, 'loop');
  let otherwise: readonly Statement[] = [];
  if (stream.next().text === 'else') {
    otherwise = parseInner(stream, ['endfor']);
    stream.next();
  }
  return [{ kind: 'for', target, iterable, condition, recursive, usesLoop, body, otherwise, at }];
}

function parseJump(stream: TokenStream, kind: 'break' | 'continue', at: number): readonly Statement[] {
  if (stream.loops === 0) stream.fail(`'${kind}' stands outside of a loop`, at);
  return [{ kind, at }];
}

function parseSet(stream: TokenStream, at: number): readonly Statement[] {
  const target = parseTarget(stream, { members: true });
  if (stream.skipOperator('=')) return [{ kind: 'set', target, value: parseTuple(stream), at }];
  const filters = parseFilters(stream);
  const body = parseInner(stream, ['endset']);
  stream.next();
  return [{ kind: 'set block', target, filters, body, at }];
}

function parseFilters(stream: TokenStream): Filter[] {
  const filters: Filter[] = [];
  while (stream.skipOperator('|')) filters.push(parseFilter(stream));
  return filters;
}

function parsePrint(stream: TokenStream): readonly Statement[] {
  const outputs: Statement[] = [];
  while (stream.current.kind !== 'tag end') {
    if (outputs.length > 0) stream.expectOperator(',');
    const { at } = stream.current;
    outputs.push({ kind: 'output', value: parseExpression(stream), at });
  }
  return outputs;
}

function parseCallBlock(stream: TokenStream, at: number, start: number): readonly Statement[] {
  const parameters = stream.isOperator('(') ? parseParameters(stream) : [];
  const call = parseExpression(stream);
  if (call.kind !== 'call') stream.fail('expected a call after {% call', call.at);
  const caller: BlockDefinition = {
    kind: 'macro',
    name: 'caller',
    adapter: null,
    parameters,
    at,
    start,
    ...parseBlockBody(stream, 'endcall', parseBody),
  };
  return [{ kind: 'call block', call, caller, at }];
}

function parseFilterBlock(stream: TokenStream, at: number): readonly Statement[] {
  const filters = [parseFilter(stream), ...parseFilters(stream)];
  const body = parseInner(stream, ['endfilter']);
  stream.next();
  return [{ kind: 'filter block', filters, body, at }];
}

function parseWith(stream: TokenStream, at: number): readonly Statement[] {
  const bindings: { target: ReturnType<typeof parseTarget>; value: ReturnType<typeof parseExpression> }[] =
    [];
  while (stream.current.kind !== 'tag end' && !stream.isOperator(':')) {
    if (bindings.length > 0) stream.expectOperator(',');
    const target = parseTarget(stream);
    stream.expectOperator('=');
    bindings.push({ target, value: parseExpression(stream) });
  }
  const body = parseInner(stream, ['endwith']);
  stream.next();
  return [{ kind: 'with', bindings, body, at }];
}

/** Nothing is ever escaped here; the block is a scope and no more. */
function parseAutoescape(stream: TokenStream, at: number): readonly Statement[] {
  parseExpression(stream);
  const body = parseInner(stream, ['endautoescape']);
  stream.next();
  return [{ kind: 'with', bindings: [], body, at }];
}
