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
  ACCESS_UNKNOWN_ROLE: {
    cause: 'A key was to be made for a role that neither thau brings nor thau.yml has.',
    cure: 'Write `admin`, `reader`, or a role of `api.roles` in thau.yml.',
  },
  ACCESS_TOKEN_KEYS: {
    cause: 'The keys that JSON Web Tokens are held against could not be fetched or read.',
    cure: 'Correct `api.tokens.keys`, or see why its address does not answer.',
  },
  ACCESS_TOKEN_SETTINGS: {
    cause: '`api.tokens` names neither keys nor a secret, or both.',
    cure: 'Name `keys` (a file or an address), or set THAU_API_TOKENS_SECRET in the environment.',
  },
  ACCESS_CLAIM: {
    cause: 'A claim of a key was not written as name=value.',
    cure: 'Write it as in `thau key create --claim store=S1`.',
  },
  ACCESS_UNKNOWN_KEY: {
    cause: 'A key was to be revoked that does not exist.',
    cure: 'List the keys with `thau key list` and write the prefix of one.',
  },
} as const satisfies Record<string, CodeDoc>;
