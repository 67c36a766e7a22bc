import type { ExecutionResult, GraphQLSchema } from 'graphql';
import type { KnownDocuments, KnownOperation } from '../graphql/known-documents.js';
import type { Statement } from '../../postgres/statements/statement.js';
import type { TextRow } from '../../postgres/statements/text-query.js';

/** A generation as the API answers from it; plans of one never meet another. */
export interface LoadedGeneration {
  readonly generation: string;
  readonly publishedAt: Date;
  readonly schema: GraphQLSchema;
  readonly documents: KnownDocuments;
  /** Plans an operation, or takes the plan made for it before. Throws GraphQLError for values that cannot be. */
  plan(known: KnownOperation, variables: Readonly<Record<string, unknown>>, role: string): PlannedOperation;
}

/** One statement that answers an operation, and how its row becomes the answer. */
export interface PlannedOperation {
  /** Answers one row, or none or a null where the pointer is no longer at the plan's generation. */
  readonly statement: Statement;
  readonly values: readonly (string | null)[];
  /** Whether equal requests have equal answers until the next publish. */
  readonly cacheable: boolean;
  /** Undefined: the pointer moved. Text: the whole of `data`, right as it stands. */
  complete(row: TextRow | undefined): string | ExecutionResult | undefined;
}
