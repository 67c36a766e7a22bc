import type { CodeDoc } from '../code.js';

export const postgresCodes = {} as const satisfies Record<string, CodeDoc>;
