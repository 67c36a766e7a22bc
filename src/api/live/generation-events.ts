import { answersOf } from './answer-event.js';
import type { EventSource, LiveParts, SubscriptionQuestion } from './live-event.js';
import { patient } from './patient.js';

/** Generations by number, each once, from their rows: those behind `after`, or behind the newest there is now. */
export async function generationEvents(
  parts: LiveParts,
  question: SubscriptionQuestion,
  after: string | undefined,
): Promise<EventSource> {
  const { database, state, published } = parts;
  const answer = answersOf(parts, question);
  const newest = `select coalesce(max(generation), 0)::text as generation from ${state}.generations`;
  const start = after ?? (await database.query<{ generation: string }>(newest)).rows[0]?.generation ?? '0';
  return async function* (signal) {
    let last = start;
    while (!signal.aborted) {
      const { rings } = published;
      const read = await patient(signal, () =>
        database.query<{ generation: string }>(
          `select generation::text from ${state}.generations where generation > $1 order by generation limit 100`,
          [last],
        ),
      );
      for (const { generation } of read?.rows ?? []) {
        last = generation;
        const result = await answer(signal, { key: [generation] });
        if (result !== undefined) yield { result, id: generation };
      }
      if (read?.rows.length === 0) await published.after(rings, signal);
    }
  };
}
