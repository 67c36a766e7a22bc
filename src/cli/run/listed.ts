import { ThauError } from '../../errors/thau-error.js';
import type { DeclaredNode, ManifestNode, SourceNode } from '../../project/manifest.js';
import type { Project } from '../../project/parse-project.js';
import { parseSelection } from '../../project/select/parse-selection.js';
import { readSelectors } from '../../project/select/read-selectors.js';
import { selectNodes } from '../../project/select/select-nodes.js';
import { selectorSelection } from '../../project/select/selector-definition.js';
import { selectedWords, type RunFlagsGiven } from './run-flags.js';
import { indirectMode } from './select-for-run.js';

/** Whatever can be listed. */
export type Listed = ManifestNode | SourceNode | DeclaredNode;

export interface ListOptions extends RunFlagsGiven {
  readonly resourceType?: readonly string[];
  readonly selector?: string;
}

/** The nodes a command line names, in the order of their unique ids. */
export function listed(project: Project, flags: ListOptions, warn: (message: string) => void): Listed[] {
  const { manifest, settings } = project;
  const words = selectedWords(flags);
  const selectors = readSelectors(settings.root);
  const fallback = selectors.find((selector) => selector.default);
  const named =
    flags.selector ?? (words.length + (flags.exclude ?? []).length === 0 ? fallback?.name : undefined);
  if (flags.selector !== undefined && words.length > 0) {
    throw new ThauError('CLI_USAGE', '--selector and --select cannot be given together.', {
      hint: 'Choose one of them.',
    });
  }
  const { ids, unmatched } = selectNodes({
    manifest,
    selection:
      named === undefined ? parseSelection(words, flags.exclude ?? []) : selectorSelection(named, selectors),
    ...(flags.resourceType !== undefined &&
      !flags.resourceType.includes('all') && { resourceTypes: flags.resourceType }),
    ...(flags.indirectSelection !== undefined && { indirect: indirectMode(flags.indirectSelection) }),
  });
  for (const word of unmatched) warn(`${word} matches nothing.`);
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
