import type { CodeDoc } from '../code.js';

export const accessCodes = {
  ACCESS_KEY_NAME: {
    cause: 'A key was to be made without a name.',
    cure: 'Name who or what will use it: `thau key create --name "Power BI, finance"`.',
  },
  ACCESS_KEY_EXPIRY: {
    cause: 'A key was to be made that has expired already, or the day could not be read.',
    cure: 'Write a day in the future as year-month-day: `--expires 2027-12-31`.',
  },
  ACCESS_UNKNOWN_KEY: {
    cause: 'A key was to be revoked that does not exist.',
    cure: 'List the keys with `thau key list` and write the prefix of one.',
  },
} as const satisfies Record<string, CodeDoc>;
