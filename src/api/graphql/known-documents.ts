import type { DocumentNode, OperationDefinitionNode } from 'graphql';

/** An operation that passed Apollo's pipeline once: parsed, validated, within the limits. */
export interface KnownOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

/** Texts longer than this are not worth their memory as a key. */
const longestText = 50_000;

/**
 * Operations of one generation by their text, so that a request for one of them needs neither parsing nor
 * validation. What depends on who asks is decided at each request. The least recently added are forgotten first.
 */
export class KnownDocuments {
  readonly #byText = new Map<string, Map<string, KnownOperation>>();
  readonly #limit: number;

  constructor(limit = 1_000) {
    this.#limit = limit;
  }

  /** `operationName` as the request has it; the only operation of a document has the empty name too. */
  get(text: string, operationName: string | undefined): KnownOperation | undefined {
    return this.#byText.get(text)?.get(operationName ?? '');
  }

  add(text: string, operationName: string | undefined, known: KnownOperation): void {
    if (text.length > longestText) return;
    let byName = this.#byText.get(text);
    if (byName === undefined) {
      byName = new Map();
      this.#byText.set(text, byName);
      if (this.#byText.size > this.#limit) {
        const [oldest] = this.#byText.keys();
        if (oldest !== undefined) this.#byText.delete(oldest);
      }
    }
    byName.set(operationName ?? '', known);
  }
}
