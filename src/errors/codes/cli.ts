import type { CodeDoc } from '../code.js';

export const cliCodes = {
  INTERNAL: {
    cause: 'thau met a state it thought impossible: a bug.',
    cure: 'Run again with `--debug` and report the stack trace.',
  },
} as const satisfies Record<string, CodeDoc>;
