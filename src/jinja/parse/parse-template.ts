import { Fault } from '../fault.js';
import { locate } from '../locate.js';
import type { BlockDefinition, Statement, Template } from './ast.js';
import { parseBody } from './parse-statement.js';
import { TokenStream } from './token-stream.js';
import { normalizeSource, tokenize } from './tokenize.js';

export interface ParseOptions {
  /** What errors call the source. */
  readonly file: string;
  /** The line of the file on which the source begins, where it is a part of one. Default 1. */
  readonly firstLine?: number;
}

/**
 * Parses a template: JINJA_SYNTAX with place and excerpt if it is not one. Pure and synchronous; the caller keeps
 * templates by content if it wants to parse each once.
 */
export function parseTemplate(source: string, options: ParseOptions): Template {
  const text = normalizeSource(source);
  const origin = { file: options.file, source: text, firstLine: options.firstLine ?? 1 };
  try {
    const body = parseBody(new TokenStream(tokenize(text)));
    return { ...origin, body, blocks: blocksOf(body) };
  } catch (error) {
    if (error instanceof RangeError) {
      throw locate(new Fault('JINJA_SYNTAX', 'the template is nested too deep'), origin);
    }
    throw locate(error, origin);
  }
}

/** The template that a block's body is by itself, as for a snapshot's or a docs block's content. */
export function templateOfBlock(template: Template, block: BlockDefinition): Template {
  return { ...template, body: block.body, blocks: blocksOf(block.body) };
}

function blocksOf(body: readonly Statement[]): BlockDefinition[] {
  return body.flatMap((statement) => (statement.kind === 'block' ? [statement.definition] : []));
}
