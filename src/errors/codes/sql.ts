import type { CodeDoc } from '../code.js';

export const sqlCodes = {
  SQL_SYNTAX: {
    cause: "PostgreSQL's parser cannot read a statement.",
    cure: 'Correct it at the place shown; for a model, `thau compile` shows the SQL that its template made.',
  },
} as const satisfies Record<string, CodeDoc>;
