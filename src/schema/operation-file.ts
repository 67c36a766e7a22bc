/**
 * Trusted operations and served documents stand beside the SDL, in `schema/operations/` and `schema/documents/`: what is
 * asked, no part of the schema.
 */
export function isOperationFile(file: string): boolean {
  return /(^|\/)operations\//.test(file);
}

/** A file with a fragment whose JSON is kept ready for every row of its type. */
export function isDocumentFile(file: string): boolean {
  return /(^|\/)documents\//.test(file);
}

/** A file that says what the schema is, rather than what is asked of it. */
export const isSdlFile = (file: string): boolean => !isOperationFile(file) && !isDocumentFile(file);
