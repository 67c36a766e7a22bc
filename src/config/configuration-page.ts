import { variableName } from './environment.js';
import type { Field, Fields } from './field.js';
import { thauYml } from './thau-yml.js';

/** docs/configuration.md: each setting with its kind, default, variable and meaning, in thau.yml's order. */
export function configurationPage(): string {
  return `${intro}\n${sections(thauYml, [])}`;
}

const intro = `# Configuration

thau works without any configuration: \`thau start\` brings its own PostgreSQL. This page is written by
\`npm run docs:configuration\` from \`src/config/thau-yml.ts\`.

What dbt has a word for stands where dbt has it: paths, vars and model configuration in \`dbt_project.yml\`, connections
in \`profiles.yml\`. What dbt has no word for stands in \`thau.yml\`, beside \`dbt_project.yml\`.

## What comes first

Each setting is taken from the first of these that has it: the command line, the environment, \`thau.yml\`,
\`profiles.yml\`, the default.

## Which database

1. \`--target\` or \`--profile\`: that output of profiles.yml.
2. \`DATABASE_URL\`, then \`database.url\` of thau.yml: \`postgres://user:password@host:5432/database\`, with libpq's
   parameters \`host\` (a folder is a Unix socket), \`sslmode\`, \`sslrootcert\`, \`sslcert\`, \`sslkey\`, \`connect_timeout\`,
   \`options\`. PostgreSQL 15 to 18, encoded as UTF-8.
3. The profile that \`dbt_project.yml\` names, when profiles.yml has it. profiles.yml is looked for in \`--profiles-dir\`, else
   \`DBT_PROFILES_DIR\`, else the project's folder and then \`~/.dbt\`.
4. Otherwise the embedded PostgreSQL, with its data in \`.thau/\`; see \`embedded\` below.

A transaction pooler (PgBouncer) may stand in \`DATABASE_URL\`; locks and LISTEN then need the address of PostgreSQL itself
in \`DATABASE_DIRECT_URL\`.

## Values

- **duration**: \`250 ms\`, \`30 seconds\`, \`5 min\`, \`1.5 hours\`, \`1 day\`; a bare number counts seconds.
- **list of text**: a YAML list, or one text; in the environment separated by commas.
- \`{{ env_var('NAME', 'default') }}\` may stand in any text of thau.yml and profiles.yml.
- A key that thau does not know is an error, so that a slip does not go unnoticed.
`;

function sections(fields: Fields, path: readonly string[]): string {
  const plain = Object.entries(fields).filter(([, field]) => !('fields' in field));
  const nested = Object.entries(fields).filter(([, field]) => 'fields' in field);
  const title = path.length === 0 ? '## thau.yml' : `## ${path.join('.')}`;
  const rows = plain.map(([key, field]) => row([...path, key], key, field));
  const table = [
    `| setting | kind | default | environment | meaning |`,
    `| --- | --- | --- | --- | --- |`,
    ...rows,
  ];
  const parts = [`${title}\n\n${table.join('\n')}\n`];
  for (const [key, field] of nested) {
    const inner = (field as Field<unknown> & { fields: Fields }).fields;
    const name = field.kind === 'mapping' ? key : `${key}.<name>`;
    const [head = '', ...rest] = sections(inner, [...path, name]).split('\n\n');
    parts.push([head, field.doc, ...rest].join('\n\n'));
  }
  return parts.join('\n');
}

function row(path: readonly string[], key: string, field: Field<unknown>): string {
  const variable = field.parse && !path.some((part) => part.startsWith('<') || part.includes('.<'));
  const shown = field.shown === '' ? '' : field.shown.includes('`') ? field.shown : `\`${field.shown}\``;
  const cells = [`\`${key}\``, field.kind, shown, variable ? `\`${variableName(path)}\`` : '', field.doc];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
