import type { FieldNode } from 'graphql';
import type { Argument } from './arguments.js';
import type { EmitContext } from './emit-context.js';
import { requestError } from './request-error.js';

/** How many rows are wanted: a literal limit for the planner, and a parameter to cut at when the literal is larger. */
export interface PageSize {
  /** What stands after LIMIT. PostgreSQL plans for a literal; for a parameter it guesses a tenth of the rows. */
  readonly limit: number;
  /** The exact size, `10` or `$3::integer`. */
  readonly exact: string;
  /** The literal is the exact size. */
  readonly isExact: boolean;
}

/** Sizes that a variable is rounded up to, so that few plans serve all of them. */
const buckets = [0, 1, 2, 3, 5, 10, 20, 25, 50, 100, 200, 250, 500];

/** The smallest bucket that holds `size`. */
export const bucketOf = (size: number): number =>
  buckets.find((bucket) => size <= bucket) ?? Math.ceil(size / 1_000) * 1_000;

/** What of a size a plan depends on: its bucket, and whether it is the bucket. */
export function sizeSignature(size: unknown): string {
  if (typeof size !== 'number' || size < 0) return String(size);
  const bucket = bucketOf(size);
  return bucket === size ? `=${bucket}` : `<${bucket}`;
}

export function pageSize(
  context: EmitContext,
  argument: Argument | undefined,
  name: string,
  node: FieldNode,
): PageSize | undefined {
  if (argument?.kind !== 'leaf') return undefined;
  const size = argument.value as number;
  const { maxPageSize } = context.settings;
  if (size < 0 || size > maxPageSize) {
    throw requestError(
      'QUERY_ARGUMENT',
      size < 0 ? `${name} must not be negative` : `${name} is ${size}; the largest page is ${maxPageSize}`,
      { node },
    );
  }
  if (argument.constant || bucketOf(size) === size) return literalSize(size);
  let exact: string | undefined;
  return {
    limit: bucketOf(size),
    // a parameter that no text names would be one too many
    get exact() {
      exact ??= context.builder.parameter(argument.read, 'integer');
      return exact;
    },
    isExact: false,
  };
}

export const literalSize = (size: number): PageSize => ({ limit: size, exact: String(size), isExact: true });
