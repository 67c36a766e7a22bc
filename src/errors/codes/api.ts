import type { CodeDoc } from '../code.js';

export const apiCodes = {
  API_BUSY: {
    cause:
      'More requests wait for the database than the pool may hold, or none of its connections came free in time.',
    cure: 'Ask again after `Retry-After`; for good, raise `api.pool` or find the slow statements in the log.',
  },
  API_CLIENT_GONE: {
    cause: 'The client closed its connection before the answer; the statement was cancelled.',
    cure: 'Nothing is to be done.',
  },
  API_NO_GENERATION: {
    cause: 'Nothing was published yet, so the API has no schema.',
    cure: 'Build once: `thau build`. The API follows by itself.',
  },
  API_SCHEMA: {
    cause:
      'What the current generation handed the API could not be loaded; the one before goes on answering.',
    cure: 'Read the log of the API, correct the SDL or the models, and publish again.',
  },
  API_OPERATION: {
    cause: 'A file of schema/operations/ holds no query that can become flat rows.',
    cure: 'Write one named query with one root field per file; leave out lists within rows.',
  },
  API_PORT_IN_USE: {
    cause: 'Another process listens on the port of the API.',
    cure: 'Stop it, or set `api.port` in thau.yml or THAU_PORT.',
  },
  API_LISTEN: {
    cause: 'The API could not listen on the address it was given.',
    cure: 'Correct `api.host` and `api.port`; ports below 1024 need rights.',
  },
  API_MOVED: {
    cause: 'Generations were published faster than a statement could be planned, three times in a row.',
    cure: 'Ask again; each publish replaces what the plan was made for.',
  },
} as const satisfies Record<string, CodeDoc>;
