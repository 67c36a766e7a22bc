import type { CodeDoc } from '../code.js';

export const semanticCodes = {} as const satisfies Record<string, CodeDoc>;
