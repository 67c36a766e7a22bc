import type { FastifyReply } from 'fastify';
import type { ExecutionResult } from 'graphql';
import type { Answerer } from '../graphql/answerer.js';
import { RawJson } from '../graphql/raw-json.js';
import { sendTagged } from '../http/send-tagged.js';
import { firstError } from './first-error.js';
import type { FlatRowsRequest } from './flat-request.js';
import { pageKey, type TrustedOperation } from './trusted-operation.js';
import { flatTypes, rowsOf, writeRows } from './write-rows.js';

/** One row, or a page: answered as a whole, kept with the other answers, and with a link to the next page. */
export async function sendPage(
  { operation, format, asked, context, reply }: FlatRowsRequest,
  search: URLSearchParams,
  answerer: Answerer,
): Promise<FastifyReply> {
  const known = { document: operation.paged, operation: operation.operation };
  const data = dataOf(await answerer.answer(known, asked.variables, context));
  const next = nextPage(operation, data);
  if (next !== undefined) {
    const further = new URLSearchParams(search);
    // a key is not repeated where it may be written down
    further.delete('key');
    further.set('_after', next);
    reply.header('link', `</q/${operation.name}.${format}?${further.toString()}>; rel="next"`);
  }
  const type = flatTypes[format];
  return sendTagged(
    reply.type(type),
    writeRows(format, operation.columns, rowsOf(operation, data), asked),
    type,
  );
}

type Data = Readonly<Record<string, unknown>>;

function dataOf(answered: RawJson | ExecutionResult): Data {
  if (answered instanceof RawJson) return answered.toJSON() as Data;
  if (answered.errors !== undefined) throw firstError(answered);
  return answered.data ?? {};
}

function nextPage(operation: TrustedOperation, data: Data): string | undefined {
  const takesAfter = operation.variables.some(({ variable }) => variable.name.value === 'after');
  if (operation.shape !== 'connection' || !takesAfter) return undefined;
  const root = data[operation.root] as Readonly<Record<string, unknown>> | null;
  const page = root?.[pageKey] as { hasNextPage: boolean; endCursor: string | null } | undefined;
  return page?.hasNextPage ? (page.endCursor ?? undefined) : undefined;
}
