import type { KeyDatabase } from '../../access/key-store.js';
import type { CommandContext } from '../command.js';
import type { Styles } from '../styles.js';
import type { Warehouse } from '../warehouse.js';

/** The keys of a database that had none. Their texts are said once and kept nowhere. */
export interface FirstKeys {
  readonly api: string;
  /** Of the kind bi: it opens trusted operations by `GET /q` alone, so it may stand in a URL. */
  readonly bi: string;
  /** What can be asked with the bi key as it stands: operations that need no parameter, then what lists them. */
  readonly biUrls: readonly string[];
}

/** How many addresses are ready to be pasted. */
const shownUrls = 3;

/** Makes the first keys; undefined where a key was ever made. */
export async function makeFirstKeys(
  { database, settings }: Warehouse,
  url: string,
): Promise<FirstKeys | undefined> {
  const { createKey, hasNoKeys } = await import('../../access/key-store.js');
  const { quoteIdentifier } = await import('../../postgres/identifier.js');
  const keys: KeyDatabase = { database, state: quoteIdentifier(settings.database.stateSchema) };
  if (!(await hasNoKeys(keys))) return undefined;
  const made = await database.transaction(async (tx) => {
    // of two that start at once, one makes them
    await tx.query(`lock table ${keys.state}.api_keys in share row exclusive mode`);
    const within = { ...keys, database: tx };
    if (!(await hasNoKeys(within))) return undefined;
    const api = await createKey(within, { name: 'first start' });
    const bi = await createKey(within, { name: 'first start, BI tools', kind: 'bi' });
    return { api: api.text, bi: bi.text };
  });
  if (made === undefined) return undefined;
  const paths = [...(await readyOperations(keys)).map((name) => `${name}.csv`), '', 'openapi.json'];
  const biUrls = paths
    .slice(0, shownUrls)
    .map((path) => `${url}/q${path === '' ? '' : `/${path}`}?key=${made.bi}`);
  return { ...made, biUrls };
}

/** Says them. No log line: a key that --quiet swallowed could never be shown again. */
export async function announceFirstKeys(
  context: CommandContext,
  warehouse: Warehouse,
  url: string,
): Promise<void> {
  const keys = await makeFirstKeys(warehouse, url);
  if (keys === undefined) return;
  const { api, bi, biUrls } = keys;
  const lines = [`API key (shown once): ${api}`, ...biLines(keys, context.output.style)];
  context.output.result({ key: api, biKey: bi, biUrls }, lines.join('\n'));
}

/** The bi key and its addresses, for people. */
export function biLines({ bi, biUrls }: FirstKeys, { bold, cyan }: Styles): string[] {
  return [
    `  BI key    ${bold(bi)}   (shown once; opens /q alone, so it may stand in a URL)`,
    ...biUrls.map((one) => `    ${cyan(one)}`),
  ];
}

/** Names of published operations that can be asked without a parameter. */
async function readyOperations({ database, state }: KeyDatabase): Promise<string[]> {
  const { readArtifacts } = await import('../../api/generation/artifacts.js');
  const { isOperationFile } = await import('../../schema/operation-file.js');
  const { getOperationAST, Kind, parse } = await import('graphql');
  const artifacts = await readArtifacts(database, state);
  return (artifacts?.sdl ?? [])
    .filter(({ file }) => isOperationFile(file))
    .flatMap(({ text }) => {
      try {
        const operation = getOperationAST(parse(text));
        const needed = operation?.variableDefinitions?.some(
          ({ type, defaultValue }) => type.kind === Kind.NON_NULL_TYPE && defaultValue === undefined,
        );
        return operation?.name === undefined || needed === true ? [] : [operation.name.value];
      } catch {
        // one that cannot be read is told where it is loaded
        return [];
      }
    })
    .sort();
}
