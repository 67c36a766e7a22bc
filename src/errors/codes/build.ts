import type { CodeDoc } from '../code.js';

export const buildCodes = {} as const satisfies Record<string, CodeDoc>;
