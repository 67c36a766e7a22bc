import { ThauError } from '../errors/thau-error.js';
import type { Field, Fields, Read } from './field.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The settings of an environment: `THAU_API_PORT` is `api.port`, and so on for each setting of one line. They come
 * before thau.yml.
 */
export function readEnvironment<Section extends Fields>(
  env: Environment,
  fields: Section,
  path: readonly string[] = [],
): Read<Section> {
  const read: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(fields)) {
    const at = [...path, key];
    if ('fields' in field && field.kind === 'mapping') {
      const inner = readEnvironment(env, (field as Field<unknown> & { fields: Fields }).fields, at);
      if (Object.keys(inner).length > 0) read[key] = inner;
    } else if (field.parse) {
      const name = variableName(at);
      const given = env[name];
      if (given === undefined || given === '') continue;
      const value = field.parse(given);
      if (value === undefined) {
        throw new ThauError(
          'CONFIG_VALUE',
          `The environment variable ${name} should be of the kind: ${field.kind}.`,
          {
            hint: `It sets "${at.join('.')}"; docs/configuration.md says what it takes.`,
          },
        );
      }
      read[key] = value;
    }
  }
  return read as Read<Section>;
}

/** `THAU_API_PORT` for `api.port`. */
export function variableName(path: readonly string[]): string {
  return `THAU_${path.join('_').toUpperCase()}`;
}
