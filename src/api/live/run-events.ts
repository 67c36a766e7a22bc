import { graphqlFault } from '../graphql/graphql-fault.js';
import { answersOf } from './answer-event.js';
import type { Bell } from './bell.js';
import type { EventSource, LiveParts, SubscriptionQuestion } from './live-event.js';
import type { RunWatch } from './run-watch.js';

/** A run's looks, each that differs from the one before; of every run where none is named. */
export function runEvents(
  parts: LiveParts & { readonly runs: RunWatch; readonly ran: Bell },
  question: SubscriptionQuestion,
  only: string | undefined,
): EventSource {
  const { runs, ran } = parts;
  const answer = answersOf(parts, question);
  return async function* (signal) {
    const leave = runs.watch(only);
    try {
      const told = new Map<string, string>();
      await runs.look();
      // without a number: what goes on from here, not what was
      if (only === undefined) for (const { runId, mark } of runs.looks) told.set(runId, mark);
      let first = true;
      while (!signal.aborted) {
        const { rings } = ran;
        const looks = runs.looks.filter(({ runId }) => only === undefined || runId === only);
        if (first && only !== undefined && looks.length === 0) {
          await runs.look();
          if (!runs.looks.some(({ runId }) => runId === only)) {
            const message = `There is no run ${only}.`;
            yield { result: { errors: [graphqlFault('BAD_USER_INPUT', message, { status: 400 })] } };
            return;
          }
          continue;
        }
        first = false;
        for (const { runId, finished, mark } of looks) {
          if (told.get(runId) === mark) continue;
          told.set(runId, mark);
          const result = await answer(signal, { key: [runId] });
          if (result !== undefined) yield { result };
          if (only !== undefined && finished) return;
        }
        await ran.after(rings, signal);
      }
    } finally {
      leave();
    }
  };
}
