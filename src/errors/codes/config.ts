import type { CodeDoc } from '../code.js';

export const configCodes = {} as const satisfies Record<string, CodeDoc>;
