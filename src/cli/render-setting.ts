import type { RenderText } from '../config/yaml-source.js';
import { ThauError } from '../errors/thau-error.js';

/**
 * `{{ env_var('NAME') }}` and `{{ env_var('NAME', 'default') }}` in thau.yml and profiles.yml, with dbt's `as_number`
 * and the like let pass: a setting is read by its kind anyway.
 */
export function renderSetting(env: Readonly<Record<string, string | undefined>>): RenderText {
  return (text, at) =>
    text.replace(/\{\{(.*?)\}\}/gs, (_, expression: string) => {
      const call = pattern.exec(expression);
      if (!call) {
        throw new ThauError(
          'CONFIG_VALUE',
          `Only env_var() may stand between braces here, not "${expression.trim()}".`,
          {
            at,
            hint: "Write {{ env_var('NAME') }} or {{ env_var('NAME', 'default') }}.",
          },
        );
      }
      const [, , name = '', , fallback] = call;
      const value = env[name] ?? fallback;
      if (value === undefined) {
        throw new ThauError('CONFIG_MISSING', `The environment variable "${name}" is not set.`, {
          at,
          hint: `Set it, or give a default: {{ env_var('${name}', '…') }}.`,
        });
      }
      return value;
    });
}

const pattern =
  /^\s*env_var\(\s*(['"])(.*?)\1\s*(?:,\s*(['"])(.*?)\3\s*)?\)\s*(?:\|\s*(?:as_number|as_native|as_text|as_bool|int|string)\s*)*$/s;
