import type { CodeDoc } from '../code.js';

export const projectCodes = {} as const satisfies Record<string, CodeDoc>;
