import type { CodeDoc } from '../code.js';

export const jinjaCodes = {} as const satisfies Record<string, CodeDoc>;
