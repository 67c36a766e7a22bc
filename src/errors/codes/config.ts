import type { CodeDoc } from '../code.js';

export const configCodes = {
  CONFIG_YAML: {
    cause: 'thau.yml or profiles.yml is not valid YAML.',
    cure: 'Correct the line shown: most often it is an indentation, a missing colon or an unclosed quote.',
  },
  CONFIG_UNKNOWN_KEY: {
    cause: 'thau.yml or profiles.yml has a key that thau does not know.',
    cure: 'Correct its name, or remove it; docs/configuration.md lists them all.',
  },
  CONFIG_VALUE: {
    cause: 'A setting has a value of another kind than it takes.',
    cure: 'Give a value of the kind that the message names.',
  },
  CONFIG_MISSING: {
    cause: 'A setting that must be there is not.',
    cure: 'Add it where the message says.',
  },
  CONFIG_UNREADABLE: {
    cause: 'A file or folder of the configuration exists and cannot be read.',
    cure: 'Correct its rights, or name another one.',
  },
  CONFIG_DATABASE_URL: {
    cause: 'The address of the database cannot be read as a URL.',
    cure: 'Write it as postgres://user:password@host:5432/database, with special characters percent-encoded.',
  },
  CONFIG_UNKNOWN_PROFILE: {
    cause: 'profiles.yml has no profile of the name the project asks for.',
    cure: 'Add the profile, or correct `profile:` in dbt_project.yml.',
  },
  CONFIG_UNKNOWN_TARGET: {
    cause: 'The profile has no output of the name given as target.',
    cure: 'Use one of the outputs the message lists, or add it to profiles.yml.',
  },
  CONFIG_PROFILE_TYPE: {
    cause: 'The profile is of another type than postgres.',
    cure: 'thau runs on PostgreSQL; choose a target of type postgres.',
  },
} as const satisfies Record<string, CodeDoc>;
