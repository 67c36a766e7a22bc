import type { LoadedGeneration } from '../generation/loaded-generation.js';
import { answersOf } from './answer-event.js';
import type { EventSource, LiveParts, SubscriptionQuestion } from './live-event.js';

/** The whole answer, each time a publish made it another. */
export function changeEvents(
  parts: LiveParts,
  question: SubscriptionQuestion,
  begun: LoadedGeneration,
): EventSource {
  const { follower, published } = parts;
  const answer = answersOf(parts, question);
  return async function* (signal) {
    let told: LoadedGeneration | undefined;
    let text: string | undefined;
    let next: LoadedGeneration | undefined = begun;
    while (!signal.aborted) {
      const { rings } = published;
      next = follower.current ?? next;
      if (next === told) {
        await published.after(rings, signal);
        continue;
      }
      const result = await answer(signal, {}, next);
      if (result === 'moved') continue;
      const now = JSON.stringify(result?.data);
      if (result !== undefined && text !== undefined && now !== text) yield { result };
      if (result?.errors && text === undefined) {
        yield { result };
        return;
      }
      text = now;
      told = next;
    }
  };
}
