import type { CodeDoc } from '../code.js';

export const sampleCodes = {} as const satisfies Record<string, CodeDoc>;
