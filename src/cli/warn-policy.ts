import { ThauError } from '../errors/thau-error.js';
import { didYouMean } from '../errors/suggest.js';
import { yamlMapping } from './run/yaml-mapping.js';

/** What becomes of a warning. */
export type WarnMode = 'error' | 'warn' | 'silence';

/** `--warn-error` and `--warn-error-options`: which warnings fail a command, and which are not told. */
export interface WarnPolicy {
  /** Of a code of thau's, or of a test that warns: `test`. */
  mode(this: void, code: string): WarnMode;
}

/** dbt's names of warnings, by what thau calls them. */
const dbtNames: Readonly<Record<string, readonly string[]>> = {
  test: ['LogTestResult'],
  PROJECT_DEPRECATED: ['DeprecatedModel', 'DeprecatedReference', 'UpcomingReferenceDeprecation'],
  PROJECT_CONTRACT_BROKEN: ['UnversionedBreakingChange'],
  PROJECT_UNUSED_PROPERTIES: ['NoNodeForYamlKey', 'UnusedResourceConfigPath'],
  PROJECT_UNKNOWN_KEY: ['CustomKeyInObjectDeprecation', 'UnexpectedJinjaBlockDeprecation'],
};

/** Every warning stays one unless the options say otherwise. */
export const onlyWarn: WarnPolicy = { mode: () => 'warn' };

/** As `warnPolicy`, read when first asked: an option that is wrong is told by the command, not while errors are told. */
export function lazyPolicy(all: boolean, options: string | undefined): WarnPolicy {
  let policy: WarnPolicy | undefined;
  return { mode: (code) => (policy ??= warnPolicy(all, options)).mode(code) };
}

/** The policy of a command line; `options` is YAML: `{error: all, warn: [DeprecatedModel], silence: […]}`. */
export function warnPolicy(all: boolean, options: string | undefined): WarnPolicy {
  if (options === undefined) return all ? { mode: () => 'error' } : onlyWarn;
  if (all) {
    throw new ThauError('CLI_USAGE', '--warn-error and --warn-error-options cannot be given together.', {
      hint: "Write --warn-error-options '{error: all}'.",
    });
  }
  const raw = yamlMapping(options, '--warn-error-options');
  const known = ['error', 'warn', 'silence', 'include', 'exclude'];
  const unknown = Object.keys(raw).find((key) => !known.includes(key));
  if (unknown !== undefined) throw wrong(`there is no "${unknown}"`, didYouMean(unknown, known));
  const error = raw['error'] ?? raw['include'];
  const lists = {
    warn: names(raw['warn'] ?? raw['exclude']),
    silence: names(raw['silence']),
    error: names(error),
  };
  const everything = lists.error.has('all') || lists.error.has('*');
  return {
    mode: (code) => {
      const own = [code, ...(dbtNames[code] ?? [])];
      const named = (list: ReadonlySet<string>): boolean => own.some((name) => list.has(name));
      if (named(lists.silence)) return 'silence';
      if (named(lists.warn)) return 'warn';
      return everything || named(lists.error) ? 'error' : 'warn';
    },
  };
}

function names(value: unknown): ReadonlySet<string> {
  if (value === undefined || value === null) return new Set();
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return new Set(
    list.map((one) => {
      if (typeof one === 'string') return one;
      throw wrong(`${JSON.stringify(one)} is no name of a warning`);
    }),
  );
}

function wrong(why: string, hint?: string): ThauError {
  return new ThauError('CLI_USAGE', `For --warn-error-options, ${why}.`, {
    hint: hint ?? "Write it as '{error: all, warn: [DeprecatedModel], silence: [LogTestResult]}'.",
  });
}
