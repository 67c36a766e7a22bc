import { getLocation, type ASTNode, type Location, type Source } from 'graphql';
import type { Code } from '../errors/codes.js';
import { excerpt } from '../errors/excerpt.js';
import { ThauError, type Place } from '../errors/thau-error.js';

/** Collects every fault of a schema, so that one check shows them all. */
export class Findings {
  readonly errors: ThauError[] = [];
  /** Faults that requests survive: the planner guards what is not proven. */
  readonly warnings: ThauError[] = [];

  error(code: Code, message: string, node?: Placed, hint?: string): void {
    this.errors.push(finding(code, message, node, hint));
  }

  warn(code: Code, message: string, node?: Placed, hint?: string): void {
    this.warnings.push(finding(code, message, node, hint));
  }
}

type Placed = ASTNode | { readonly source: Source; readonly start: number } | undefined;

function finding(code: Code, message: string, node: Placed, hint: string | undefined): ThauError {
  const where = node === undefined ? undefined : 'kind' in node ? node.loc : node;
  return new ThauError(code, message, {
    ...(hint !== undefined && { hint }),
    ...(where !== undefined && place(where)),
  });
}

function place(at: Location | { source: Source; start: number }): { at: Place; excerpt: string } {
  const { line, column } = getLocation(at.source, at.start);
  return {
    at: { file: at.source.name, line, column },
    excerpt: excerpt(at.source.body, line, column),
  };
}
