import type { CodeDoc } from '../code.js';

export const apiCodes = {} as const satisfies Record<string, CodeDoc>;
