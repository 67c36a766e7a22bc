import type { ExecutionResult } from 'graphql';
import { faultOf } from '../../postgres/fault.js';
import { GenerationLease } from '../../postgres/generation-lease.js';
import type { LoadedGeneration } from '../generation/loaded-generation.js';
import { RawJson } from '../graphql/raw-json.js';
import { answersOf } from './answer-event.js';
import { earlierRelations } from './earlier-relations.js';
import type { EventSource, LiveParts, SubscriptionQuestion } from './live-event.js';
import { patient } from './patient.js';

/** What each publish brought: rows that are there now and were not. The generation told last is kept meanwhile. */
export function arrivalEvents(
  parts: LiveParts,
  question: SubscriptionQuestion,
  begun: LoadedGeneration,
): EventSource {
  const { follower, database, state, log, published } = parts;
  const answer = answersOf(parts, question);
  const lease = (generation: string): Promise<GenerationLease | undefined> =>
    GenerationLease.take({ database, state, generation: Number(generation), holder: 'subscription' }).catch(
      () => undefined,
    );
  return async function* (signal) {
    let told = begun.generation;
    let held = await lease(told);
    try {
      while (!signal.aborted) {
        const { rings } = published;
        const loaded = follower.current;
        if (loaded === undefined || loaded.generation === told) {
          await published.after(rings, signal);
          continue;
        }
        const before = await patient(signal, () => earlierRelations(database, state, told, loaded));
        if (before === undefined) return;
        try {
          const result = await answer(signal, { before }, loaded);
          // overtaken by another publish: that one is compared with what was told
          if (result === 'moved') continue;
          if (result !== undefined && !isEmpty(result)) yield { result };
        } catch (error) {
          if (!gone.has(faultOf(error)?.sqlstate)) throw error;
          log.warn('a subscription lost the generation it was told last', { generation: told });
        }
        await held?.release();
        told = loaded.generation;
        held = await lease(told);
      }
    } finally {
      await held?.release();
    }
  };
}

/** SQLSTATEs of a generation whose relations were dropped, or have other columns. */
const gone: ReadonlySet<string | undefined> = new Set(['42P01', '3F000', '42703', '42883']);

function isEmpty({ data, errors }: ExecutionResult): boolean {
  if (errors !== undefined) return false;
  return data instanceof RawJson && /^\{"\w+":\[\]\}$/.test(data.text);
}
