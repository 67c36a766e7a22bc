import type { RunningApi } from '../../api/server.js';
import type { CommandContext } from '../command.js';
import type { Warehouse } from '../warehouse.js';
import { biLines, makeFirstKeys } from './first-keys.js';

/** Where everything is, and what to type next. The first start makes keys; their texts are shown here and never again. */
export async function welcome(
  context: CommandContext,
  warehouse: Warehouse,
  { url }: RunningApi,
  published: boolean,
): Promise<void> {
  const { output } = context;
  const keys = await makeFirstKeys(warehouse, url);
  const links = { graphql: `${url}/graphql`, graphiql: `${url}/graphiql`, health: `${url}/health/ready` };
  const { bold, cyan, dim } = output.style;
  const lines = [
    '',
    published
      ? `${bold('thau is ready.')}  ${dim('Ctrl-C ends it.')}`
      : `${bold('thau serves, and nothing is published yet.')}  Correct what is told above, then: thau build`,
    `  API       ${cyan(links.graphql)}`,
    `  GraphiQL  ${cyan(links.graphiql)}`,
    ...(keys === undefined
      ? [dim('  Keys are shown once; thau key create makes another.')]
      : [...keyLines(keys.api, links.graphql, bold), '', ...biLines(keys, output.style)]),
  ];
  // not a log line: a key that --quiet swallowed could never be shown again
  output.result(
    { ready: published, ...links, ...(keys && { key: keys.api, biKey: keys.bi, biUrls: keys.biUrls }) },
    lines.join('\n'),
  );
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
