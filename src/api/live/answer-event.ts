import { validate, type ExecutionResult } from 'graphql';
import { Cancellation } from '../../postgres/statements/cancellation.js';
import type { PlannedEvent } from '../../query/planner.js';
import type { LoadedGeneration } from '../generation/loaded-generation.js';
import { RawJson } from '../graphql/raw-json.js';
import type { LiveParts, SubscriptionQuestion } from './live-event.js';
import { patient } from './patient.js';

/** Answers one event; undefined where the caller sees nothing of it. Waits while the database is away. */
export function answersOf(parts: LiveParts, question: SubscriptionQuestion) {
  const { answerer, follower } = parts;
  const { document, operation, variables } = question;
  let valid: LoadedGeneration | undefined;
  async function answer(signal: AbortSignal, event: PlannedEvent): Promise<ExecutionResult | undefined>;
  async function answer(
    signal: AbortSignal,
    event: PlannedEvent,
    loaded: LoadedGeneration,
  ): Promise<ExecutionResult | 'moved' | undefined>;
  async function answer(
    signal: AbortSignal,
    event: PlannedEvent,
    fixed?: LoadedGeneration,
  ): Promise<ExecutionResult | 'moved' | undefined> {
    while (!signal.aborted) {
      const loaded = fixed ?? follower.current;
      if (loaded === undefined) return undefined;
      if (valid !== loaded) {
        const errors = validate(loaded.schema, document);
        if (errors.length > 0) return { errors };
        valid = loaded;
      }
      const cancellation = new Cancellation();
      const cancel = (): void => cancellation.cancel();
      signal.addEventListener('abort', cancel, { once: true });
      try {
        const context = { ...question.context, cancellation };
        const answered = await patient(signal, () =>
          answerer
            .within(loaded, { document, operation }, variables, context, event)
            .then((answer) => ({ answer })),
        );
        if (answered === undefined) return undefined;
        const { answer } = answered;
        if (answer === undefined) {
          await follower.refresh();
          if (fixed !== undefined) return 'moved';
          continue;
        }
        if (!(answer instanceof RawJson)) return answer;
        // a row that the caller's role does not see
        if (event.key !== undefined && /^\{"\w+":null\}$/.test(answer.text)) return undefined;
        return { data: answer as never };
      } finally {
        signal.removeEventListener('abort', cancel);
      }
    }
    return undefined;
  }
  return answer;
}
