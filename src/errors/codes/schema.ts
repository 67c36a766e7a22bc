import type { CodeDoc } from '../code.js';

export const schemaCodes = {} as const satisfies Record<string, CodeDoc>;
