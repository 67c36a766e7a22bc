import type { ThauError } from '../errors/thau-error.js';

/** What is wrong with one node, found before it was built. */
export interface NodeFinding {
  readonly nodeId: string;
  readonly name: string;
  readonly error: ThauError;
  /** False where the run may find it otherwise: told, and nothing is refused for it. */
  readonly certain: boolean;
  /** The template asked the database: it was answered from what is published now. */
  readonly onPresentData: boolean;
}
