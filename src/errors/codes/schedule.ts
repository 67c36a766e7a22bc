import type { CodeDoc } from '../code.js';

export const scheduleCodes = {} as const satisfies Record<string, CodeDoc>;
