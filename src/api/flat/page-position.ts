/** Where a page ended: a cursor, and the generation that all pages are read from. */
export interface PagePosition {
  /** Undefined for a cursor from GraphQL, which goes on in the current one. */
  readonly generation: string | undefined;
  readonly cursor: string;
}

/** `_after` as a link has it: `17.MTIzNDU2Nzhb…`. A cursor's base64 has no point. */
export function writePosition(generation: string, cursor: string): string {
  return `${generation}.${cursor}`;
}

export function readPosition(after: string): PagePosition {
  const [, generation, cursor] = /^(\d{1,15})\.(.*)$/s.exec(after) ?? [];
  return { generation, cursor: cursor ?? after };
}
