import type { FastifyReply } from 'fastify';
import type { ExecutionResult } from 'graphql';
import { ThauError } from '../../errors/thau-error.js';
import type { GenerationFollower } from '../generation/follower.js';
import type { LoadedGeneration } from '../generation/loaded-generation.js';
import type { Answerer } from '../graphql/answerer.js';
import { RawJson } from '../graphql/raw-json.js';
import { sendTagged } from '../http/send-tagged.js';
import { firstError } from './first-error.js';
import { flatTypes } from './flat-format.js';
import type { FlatRowsRequest } from './flat-request.js';
import type { PagePins } from './page-pins.js';
import { writePosition } from './page-position.js';
import { pageKey, type TrustedOperation } from './trusted-operation.js';
import { rowsOf, writeRows } from './write-rows.js';

export interface SendPageOptions {
  readonly answerer: Answerer;
  readonly follower: GenerationFollower<LoadedGeneration>;
  readonly pins: PagePins;
}

/** How often a page is planned again when publishes overtake it. */
const attempts = 3;

/** One row, or a page: answered as a whole, kept with the other answers, and with a link to the next page. */
export async function sendPage(
  request: FlatRowsRequest,
  search: URLSearchParams,
  options: SendPageOptions,
): Promise<FastifyReply> {
  const { format, asked, reply } = request;
  const { operation, generation, data } = await answered(request, options);
  const next = nextPage(operation, data);
  reply.header('x-thau-generation', generation);
  if (next !== undefined) {
    // where it cannot be kept, the next page says so
    await options.pins.keep(generation).catch(() => undefined);
    const further = new URLSearchParams(search);
    // a key is not repeated where it may be written down
    further.delete('key');
    further.set('_after', writePosition(generation, next));
    reply.header('link', `</q/${operation.name}.${format}?${further.toString()}>; rel="next"`);
  }
  const type = flatTypes[format];
  const rows = await writeRows(format, operation.columns, rowsOf(operation, data), asked);
  return sendTagged(reply.type(type), rows, `${type} ${generation}`);
}

/** The page of the generation that is asked for, or of the one that is current when its statement runs. */
async function answered(
  { operation: { name }, pinned, asked, context }: FlatRowsRequest,
  { answerer, follower, pins }: SendPageOptions,
): Promise<{ readonly operation: TrustedOperation; readonly generation: string; readonly data: Data }> {
  let earlier = pinned;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const loaded = earlier ?? follower.current;
    const operation = loaded?.operations.get(name);
    if (loaded === undefined || operation === undefined) break;
    const known = { document: operation.paged, operation: operation.operation };
    const answer = await answerer.within(loaded, known, asked.variables, context);
    if (answer !== undefined) return { operation, generation: loaded.generation, data: dataOf(answer) };
    await follower.refresh();
    if (earlier === undefined) continue;
    // its relations may have gone with garbage: then it is not found
    await pins.forget(earlier.generation);
    earlier = await pins.find(earlier.generation);
  }
  throw new ThauError('API_MOVED', 'Each plan was overtaken by a publish.');
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
