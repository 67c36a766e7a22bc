import { ThauError } from '../../errors/thau-error.js';
import type { DeclaredNode, ManifestNode, SourceNode } from '../../project/manifest.js';
import type { Project } from '../../project/parse-project.js';
import type { CommandContext } from '../command.js';
import { chooseNodes } from './choose-nodes.js';
import type { RunFlagsGiven } from './run-flags.js';

/** Whatever can be listed. */
export type Listed = ManifestNode | SourceNode | DeclaredNode;

/** What dbt lists unless told otherwise: everything but analyses and hooks. */
const listedTypes = [
  'model',
  'seed',
  'snapshot',
  'test',
  'unit_test',
  'source',
  'exposure',
  'metric',
  'semantic_model',
  'saved_query',
];

/** The nodes a command line names, in the order of their unique ids. */
export async function listed(
  context: Pick<CommandContext, 'settings' | 'warehouse'>,
  project: Project,
  flags: RunFlagsGiven,
  warn: (message: string) => void,
): Promise<Listed[]> {
  const { manifest } = project;
  const wide = (flags.resourceType ?? []).some((type) => type === 'all' || type === 'analysis');
  const models = (flags as { readonly models?: readonly string[] }).models !== undefined;
  const { ids } = await chooseNodes(context, project, flags, {
    resourceTypes: models ? ['model'] : wide ? [...listedTypes, 'analysis'] : listedTypes,
    warn,
  });
  const tables: Readonly<Record<string, Listed>>[] = [
    manifest.nodes,
    manifest.sources,
    manifest.exposures,
    manifest.metrics,
    manifest.semantic_models,
    manifest.saved_queries,
    manifest.unit_tests,
  ];
  return [...ids].sort().flatMap((id) => tables.find((table) => Object.hasOwn(table, id))?.[id] ?? []);
}

const defaultKeys = [
  'alias',
  'name',
  'package_name',
  'depends_on',
  'tags',
  'config',
  'resource_type',
  'source_name',
  'original_file_path',
  'unique_id',
];

/** A node as dbt's `ls` prints it. */
export function listLine(node: Listed, how: string, keys: readonly string[] | undefined): string {
  switch (how) {
    case 'selector':
      return selectorOf(node);
    case 'name':
      return node.resource_type === 'source' ? `${(node as SourceNode).source_name}.${node.name}` : node.name;
    case 'path':
      return node.original_file_path;
    case 'json': {
      const record = node as unknown as Record<string, unknown>;
      const wanted = keys ?? defaultKeys;
      return JSON.stringify(
        Object.fromEntries(wanted.filter((key) => key in record).map((key) => [key, record[key]])),
      );
    }
  }
  throw new ThauError('CLI_USAGE', `"${how}" is no --output of thau list.`, {
    hint: 'It is selector, name, path or json.',
  });
}

/** What selects just this node. */
function selectorOf(node: Listed): string {
  switch (node.resource_type) {
    case 'source':
      return `source:${[node.package_name, (node as SourceNode).source_name, node.name].join('.')}`;
    case 'exposure':
    case 'metric':
    case 'semantic_model':
    case 'saved_query':
    case 'unit_test':
      return `${node.resource_type}:${[node.package_name, node.name].join('.')}`;
    default:
      return node.fqn.join('.');
  }
}
