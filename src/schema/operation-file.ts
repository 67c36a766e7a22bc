/** Trusted operations stand beside the SDL, in `schema/operations/`: documents to be run, no part of the schema. */
export function isOperationFile(file: string): boolean {
  return /(^|\/)operations\//.test(file);
}
