/** A statement with a comment in front of it, or behind it. */
export interface Commented {
  readonly text: string;
  /** Characters in front of the statement. */
  readonly before: number;
}

/** One statement of a transaction, or none. */
const plain = /^\s*(?:$|(?:begin|commit|rollback|savepoint|release)\b[^;]*$)/i;

/** The comment on a line of its own, so that a line comment at the statement's end keeps to itself. */
export function commented(
  text: string,
  comment: { readonly text: string; readonly append: boolean } | undefined,
): Commented {
  if (comment === undefined || plain.test(text)) return { text, before: 0 };
  if (comment.append) return { text: `${text.trimEnd()}\n/* ${comment.text} */`, before: 0 };
  const front = `/* ${comment.text} */\n`;
  return { text: front + text, before: Array.from(front).length };
}

/** PostgreSQL's error with its position counted in the statement as it was before it was commented. */
export function withoutComment(error: unknown, before: number): unknown {
  const fault = error as { position?: unknown } | null;
  if (before > 0 && typeof fault?.position === 'string')
    fault.position = String(Number(fault.position) - before);
  return error;
}
