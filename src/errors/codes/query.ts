import type { CodeDoc } from '../code.js';

export const queryCodes = {} as const satisfies Record<string, CodeDoc>;
