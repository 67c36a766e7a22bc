/** Variables whose values are for profiles.yml and packages.yml alone, as dbt has it. */
const prefix = 'DBT_ENV_SECRET';

/** What stands in a secret's place, as in dbt's logs. */
const stars = '*****';

type Environment = Readonly<Record<string, string | undefined>>;

/** Takes the values of secret variables out of a text, also where they stand in JSON. */
export function withoutSecrets(env: Environment): (text: string) => string {
  const values = Object.entries(env).flatMap(([name, value]) =>
    name.startsWith(prefix) && value !== undefined && value.trim() !== '' ? [value] : [],
  );
  const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);
  // JSON may stand in a text of JSON, as `--vars` does in an artifact
  const forms = [...new Set(values.flatMap((value) => [value, escaped(value), escaped(escaped(value))]))];
  // a secret may be part of another
  forms.sort((a, b) => b.length - a.length);
  return (text) => forms.reduce((clean, secret) => clean.replaceAll(secret, stars), text);
}

/** Plain data without the values of secret variables: what is kept of a command line. */
export function plainWithoutSecrets<T>(value: T, env: Environment): T {
  const text = JSON.stringify(value);
  const clean = withoutSecrets(env)(text);
  return clean === text ? value : (JSON.parse(clean) as T);
}

/** Whether something that was kept held a secret. */
export function hidesSecrets(value: unknown): boolean {
  return JSON.stringify(value ?? '').includes(stars);
}
