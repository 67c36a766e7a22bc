import type { CodeDoc } from '../code.js';

export const jinjaCodes = {
  JINJA_SYNTAX: {
    cause: 'A template is not Jinja: a tag that is not closed, an unknown tag, a stray character.',
    cure: 'Look at the marked place; the message names what was expected there.',
  },
  JINJA_UNDEFINED: {
    cause: 'A template used a name, attribute or key that has no value.',
    cure: 'Correct the name, pass the value, or guard it with `is defined` or the `default` filter.',
  },
  JINJA_TYPE: {
    cause:
      'An operation, method, filter or macro got a value of a kind it cannot work with, or the wrong arguments.',
    cure: 'Convert the value (`| int`, `| string`, `| list`) or correct the arguments.',
  },
  JINJA_VALUE: {
    cause:
      'An operation got a value of the right kind that it cannot work with: a division by zero, a missing key, a bad format.',
    cure: 'Guard the operation, or correct the value.',
  },
  JINJA_LIMIT: {
    cause:
      'A template ran past a limit: too many steps, calls nested too deep, a value or an output too large.',
    cure: 'Look for a loop or recursion that never ends, or raise the limit that the message names, under `templates:` of thau.yml.',
  },
  JINJA_PENDING: {
    cause: 'A template wanted an answer that takes time (a query) where none can be awaited: while parsing.',
    cure: 'Guard the call with `{% if execute %}`.',
  },
  JINJA_CALL_FAILED: {
    cause: 'A function that a template called failed for a reason of its own.',
    cure: 'Look at the message of the failure and at the place of the call.',
  },
} as const satisfies Record<string, CodeDoc>;
