import { ThauError } from '../../errors/thau-error.js';
import { Planner } from '../../query/planner.js';
import type { PlannerSettings } from '../../query/planner-settings.js';
import { bindSchema } from '../../schema/bind-schema.js';
import type { BoundMetrics } from '../../schema/bound-schema.js';
import { documentSourcesOf } from '../documents/served-documents.js';
import { readOperations } from '../flat/trusted-operation.js';
import type { Artifacts } from './artifacts.js';
import { LoadedGeneration } from './loaded-generation.js';

export interface LoadOptions {
  /** The project's time zone: grains are cut in it. */
  readonly timezone: string;
  readonly stateSchema: string;
  readonly planner?: Partial<PlannerSettings>;
  /** Told of a trusted operation that cannot be answered; the others are. */
  readonly onFault?: (fault: ThauError) => void;
  /** Bytes of answers to keep; none unless given. */
  readonly cacheBytes?: number;
}

/** Binds the SDL of a generation to its relations. The publish did the same before, so a fault here is a surprise. */
export function loadGeneration(artifacts: Artifacts, options: LoadOptions): LoadedGeneration {
  const { timezone, stateSchema } = options;
  const bound = bindSchema(artifacts.sdl, artifacts.catalog, artifacts.metrics as BoundMetrics | undefined, {
    timezone,
    stateSchema,
  });
  if (bound.schema === undefined) {
    const [first] = bound.errors;
    throw new ThauError('API_SCHEMA', `Generation ${artifacts.generation} does not fit its schema.`, {
      hint: 'Correct what the notes name and publish again.',
      notes: bound.errors.map((error) => error.message),
      cause: first,
    });
  }
  const planner = new Planner(bound.schema, artifacts.generation, options.planner);
  return new LoadedGeneration(artifacts, bound.schema, planner, {
    cacheBytes: options.cacheBytes ?? 0,
    documents: documentSourcesOf(artifacts.sdl),
    operations: readOperations(planner.schema, artifacts.sdl, options.onFault ?? (() => undefined)),
  });
}
