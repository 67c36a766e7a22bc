import type { CodeDoc } from '../code.js';

export const queryCodes = {
  QUERY_ARGUMENT: {
    cause:
      'An argument has a value that the field cannot take: a negative page size, text that is not Unicode.',
    cure: 'Correct the argument that the message names.',
  },
  QUERY_CURSOR: {
    cause: 'A cursor was changed, or belongs to another list or another order.',
    cure: 'Take cursors from the same field with the same orderBy, or start from the first page.',
  },
  QUERY_TOO_LARGE: {
    cause: 'The request asks for more fields, levels or rows than one request may.',
    cure: 'Split the request, or ask for smaller pages.',
  },
  QUERY_UNINDEXED: {
    cause: 'The request filters or sorts a large relation by a column without an index.',
    cure: "Declare the index in the model's config, or filter by an indexed column as well.",
  },
  QUERY_RULE: {
    cause:
      "A segment's rule says what a build cannot take: another segment by anything but its key, data that builds do not have, an empty rule.",
    cure: 'Correct the rule as the message says; `previewSegment` shows whom it finds.',
  },
  QUERY_FORBIDDEN: {
    cause: "The caller's role may not read this, or not filter, sort or look up by it.",
    cure: 'Leave the field out, or use a key whose role may.',
  },
} as const satisfies Record<string, CodeDoc>;
