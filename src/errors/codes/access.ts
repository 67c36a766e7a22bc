import type { CodeDoc } from '../code.js';

export const accessCodes = {} as const satisfies Record<string, CodeDoc>;
