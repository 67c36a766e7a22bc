import type { RunningApi } from '../../api/server.js';
import type { CommandContext } from '../command.js';
import type { Warehouse } from '../warehouse.js';

/** Where everything is, and what to type next. The first start makes a key; its text is shown here and never again. */
export async function welcome(
  context: CommandContext,
  warehouse: Warehouse,
  { url }: RunningApi,
  published: boolean,
): Promise<void> {
  const { output } = context;
  const key = await firstKey(warehouse);
  const links = { graphql: `${url}/graphql`, graphiql: `${url}/graphiql`, health: `${url}/health/ready` };
  const { bold, cyan, dim } = output.style;
  const lines = [
    '',
    published
      ? `${bold('thau is ready.')}  ${dim('Ctrl-C ends it.')}`
      : `${bold('thau serves, and nothing is published yet.')}  Correct what is told above, then: thau build`,
    `  API       ${cyan(links.graphql)}`,
    `  GraphiQL  ${cyan(links.graphiql)}`,
    ...(key === undefined
      ? [dim('  Keys are shown once; thau key create makes another.')]
      : keyLines(key, links.graphql, bold)),
  ];
  // not a log line: a key that --quiet swallowed could never be shown again
  output.result({ ready: published, ...links, ...(key !== undefined && { key }) }, lines.join('\n'));
}

function keyLines(key: string, graphql: string, bold: (text: string) => string): string[] {
  const body = JSON.stringify({ query: '{ customers(first: 1) { edges { node { id fullName email } } } }' });
  return [
    `  API key   ${bold(key)}   (shown once)`,
    '',
    `  curl -s ${graphql} -H 'content-type: application/json' \\`,
    `    -H 'authorization: Bearer ${key}' -d '${body}'`,
  ];
}

async function firstKey({ database, settings }: Warehouse): Promise<string | undefined> {
  const { createKey, hasNoKeys } = await import('../../access/key-store.js');
  const { quoteIdentifier } = await import('../../postgres/identifier.js');
  const keys = { database, state: quoteIdentifier(settings.database.stateSchema) };
  if (!(await hasNoKeys(keys))) return undefined;
  const { text } = await createKey(keys, { name: 'first start' });
  return text;
}
