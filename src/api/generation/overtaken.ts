/**
 * What PostgreSQL says when a publish went by while a statement was on its way: a relation or schema that is gone, or one
 * that is another by now. Planned again it succeeds; so does what was picked to end a deadlock of somebody else's, or
 * found its snapshot too old.
 */
export const overtaken: ReadonlySet<string | undefined> = new Set([
  '42P01',
  '3F000',
  '0A000',
  '40P01',
  '40001',
]);
