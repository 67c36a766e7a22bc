import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { Kind, valueFromASTUntyped, type ValueNode } from 'graphql';
import { ThauError } from '../../errors/thau-error.js';
import { defaultPlannerSettings } from '../../query/planner-settings.js';
import type { LoadedGeneration } from '../generation/loaded-generation.js';
import { isTagged } from '../http/send-tagged.js';
import type { FlatRowsRequest } from './flat-request.js';
import type { FlatStreams } from './flat-stream.js';
import type { TrustedOperation } from './trusted-operation.js';
import { flatTypes } from './flat-format.js';
import { rowWriter, type RowWriter } from './write-rows.js';

/** Whether the rows of a request may be many: a list, metrics, or a connection without a page that a request may have. */
export function isStreamed(
  operation: TrustedOperation,
  variables: Readonly<Record<string, unknown>>,
): boolean {
  if (operation.shape !== 'connection') return operation.shape === 'rows';
  const given = (name: string): unknown => {
    const value = operation.field.arguments?.find((argument) => argument.name.value === name)?.value;
    return value === undefined ? undefined : valueOf(operation, value, variables);
  };
  if (given('last') !== undefined || given('before') !== undefined) return false;
  const first = given('first');
  return typeof first !== 'number' || first > defaultPlannerSettings.maxPageSize;
}

function valueOf(
  { variables: declared }: TrustedOperation,
  value: ValueNode,
  variables: Readonly<Record<string, unknown>>,
): unknown {
  if (value.kind !== Kind.VARIABLE) return valueFromASTUntyped(value) ?? undefined;
  const name = value.name.value;
  if (Object.hasOwn(variables, name)) return variables[name];
  const otherwise = declared.find(({ variable }) => variable.name.value === name)?.defaultValue;
  return otherwise === undefined ? undefined : (valueFromASTUntyped(otherwise) ?? undefined);
}

/** Texts up to this many characters are kept for the next who asks the same; what is no text is not. */
const longestKept = 1_000_000;

/** Milliseconds that a client may take nothing before its stream is given up. */
const patience = 60_000;

/**
 * Sends rows as they come. What fails before the first of them has a status; what fails later breaks the answer off, so
 * that it cannot be taken for a whole one.
 */
export async function sendStream(
  { operation, pinned, format, asked, context, reply }: FlatRowsRequest,
  loaded: LoadedGeneration,
  { streams }: { readonly streams: FlatStreams },
): Promise<FastifyReply> {
  const { batches, audited, ...told } = streams.plan(operation, asked.variables, context, pinned);
  const { generation } = told;
  // whom an answer shows is learned from its rows alone
  const identity = audited ? undefined : told.identity;
  const type = flatTypes[format];
  reply.type(type).header('x-thau-generation', generation);
  const key = identity && `${operation.name}.${format} ${String(asked.bom)} ${String(asked.raw)} ${identity}`;
  if (key !== undefined && isTagged(reply, key, type)) return reply.code(304).send();
  const kept = key === undefined ? undefined : loaded.answers.get(key);
  if (kept !== undefined) return reply.send(kept);
  if (reply.request.method === 'HEAD') return reply.send();
  if (reply.raw.destroyed) throw new ThauError('API_CLIENT_GONE', 'The client went away before the answer.');
  // an answer that nobody begins to read would hold its connection and its lease for ever
  reply.raw.once('close', () => void batches.return());
  const writer = await rowWriter(format, operation.columns, asked);
  const first = await batches.next();
  const pieces = written(writer, first.done ? [] : first.value, batches, (text) => {
    if (key !== undefined && loaded.keepsAnswers) loaded.answers.set(key, text);
  });
  return reply.send(
    Readable.from(
      watched(pieces, () => reply.raw.destroy()),
      { objectMode: false },
    ),
  );
}

async function* written(
  writer: RowWriter,
  first: readonly unknown[],
  rest: AsyncIterable<readonly unknown[]>,
  onWhole: (text: string) => void,
): AsyncGenerator<string | Uint8Array, void, void> {
  const kept: string[] = [];
  let length = 0;
  const note = <Piece extends string | Uint8Array>(piece: Piece): Piece => {
    length += typeof piece === 'string' ? piece.length : Infinity;
    if (length <= longestKept) kept.push(String(piece));
    else kept.length = 0;
    return piece;
  };
  yield note(writer.head);
  yield note(writer.rows(first, true));
  for await (const rows of rest) yield note(writer.rows(rows, false));
  yield note(writer.tail);
  if (length <= longestKept) onWhole(kept.join(''));
}

/** Gives up on a client that takes nothing: a snapshot and a lease wait for it. */
async function* watched(
  pieces: AsyncIterable<string | Uint8Array>,
  giveUp: () => void,
): AsyncGenerator<string | Uint8Array, void, void> {
  for await (const piece of pieces) {
    const timer = setTimeout(giveUp, patience);
    try {
      if (piece.length > 0) yield piece;
    } finally {
      clearTimeout(timer);
    }
  }
}
