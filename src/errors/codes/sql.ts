import type { CodeDoc } from '../code.js';

export const sqlCodes = {} as const satisfies Record<string, CodeDoc>;
