import { join } from 'node:path';
import { ThauError } from '../../errors/thau-error.js';
import type { Project } from '../../project/parse-project.js';
import type { SelectionState } from '../../project/select/match-method.js';
import { parseSelection } from '../../project/select/parse-selection.js';
import { readSelectors } from '../../project/select/read-selectors.js';
import { selectNodes, type Selected } from '../../project/select/select-nodes.js';
import { methodsOf, type IndirectSelection, type Selection } from '../../project/select/selection.js';
import { selectorSelection } from '../../project/select/selector-definition.js';
import type { CommandContext } from '../command.js';
import { selectedWords, type RunFlagsGiven } from './run-flags.js';
import { selectionState } from './selection-state.js';

export interface ChooseOptions {
  /** What the command touches; every type unless given. */
  readonly resourceTypes?: readonly string[];
  /** Told, for what is no fault. */
  readonly warn: (message: string) => void;
}

/** The nodes a command line names by --select, --exclude and --selector, or by the default selector. */
export async function chooseNodes(
  context: Pick<CommandContext, 'settings' | 'warehouse'>,
  project: Project,
  flags: RunFlagsGiven,
  options: ChooseOptions,
): Promise<Selected> {
  const selection = selectionOf(project, flags);
  const types = chosenTypes(options.resourceTypes, flags);
  const selected = selectNodes({
    manifest: project.manifest,
    selection,
    state: await stateFor(context, project, flags, selection, options.warn),
    ...(types && { resourceTypes: types }),
    ...(flags.indirectSelection !== undefined && { indirect: indirectMode(flags.indirectSelection) }),
  });
  for (const word of selected.unmatched) options.warn(`${word} matches nothing.`);
  return selected;
}

/** Whether the command line names anything itself. */
export function namesNodes(flags: RunFlagsGiven): boolean {
  return selectedWords(flags).length > 0 || flags.selector !== undefined;
}

function selectionOf({ settings }: Project, flags: RunFlagsGiven): Selection {
  const words = selectedWords(flags);
  const exclude = flags.exclude ?? [];
  const selectors = readSelectors(settings.root);
  if (flags.selector !== undefined && words.length + exclude.length > 0) {
    throw new ThauError('CLI_USAGE', '--selector and --select or --exclude cannot be given together.', {
      hint: 'Choose one of them, or write the selection in selectors.yml.',
    });
  }
  const fallback = selectors.find((selector) => selector.default)?.name;
  const named = flags.selector ?? (words.length + exclude.length === 0 ? fallback : undefined);
  return named === undefined ? parseSelection(words, exclude) : selectorSelection(named, selectors);
}

/** What a command touches, narrowed by --resource-type and --exclude-resource-type. */
function chosenTypes(
  touched: readonly string[] | undefined,
  flags: RunFlagsGiven,
): readonly string[] | undefined {
  const wanted = typesOf(flags.resourceType, '--resource-type');
  const unwanted = typesOf(flags.excludeResourceType, '--exclude-resource-type');
  const widest = touched ?? resourceTypeNames;
  const all = wanted.length === 0 || wanted.includes('all') || wanted.includes('default');
  if (all && unwanted.length === 0) return touched;
  return widest.filter((type) => (all || wanted.includes(type)) && !unwanted.includes(type));
}

const resourceTypeNames = [
  'model',
  'seed',
  'snapshot',
  'test',
  'unit_test',
  'analysis',
  'source',
  'exposure',
  'metric',
  'semantic_model',
  'saved_query',
  'operation',
  'sql_operation',
];

/** One flag may name several, with spaces or commas between. */
function typesOf(given: readonly string[] | undefined, flag: string): string[] {
  const types = (given ?? []).flatMap((text) => text.split(/[\s,]+/)).filter((type) => type !== '');
  for (const type of types) {
    if (type === 'all' || type === 'default' || resourceTypeNames.includes(type)) continue;
    throw new ThauError('CLI_USAGE', `"${type}" is no resource type for ${flag}.`, {
      hint: `It is one of ${resourceTypeNames.slice(0, -2).join(', ')}, all.`,
    });
  }
  return types;
}

async function stateFor(
  context: Pick<CommandContext, 'settings' | 'warehouse'>,
  project: Project,
  flags: RunFlagsGiven,
  selection: Selection,
  warn: (message: string) => void,
): Promise<SelectionState> {
  const needs = methodsOf(selection);
  if (!['state', 'result', 'source_status'].some((method) => needs.has(method))) return {};
  const { settings, manifest } = project;
  return selectionState({
    manifest,
    needs,
    ...(flags.state !== undefined && { folder: flags.state }),
    root: settings.root,
    targetPath: join(settings.root, settings.targetPath),
    warehouse: context.warehouse,
    warn,
  });
}

/** `--indirect-selection`, checked. */
export function indirectMode(text: string): IndirectSelection {
  if (text === 'eager' || text === 'cautious' || text === 'buildable' || text === 'empty') return text;
  throw new ThauError('CLI_USAGE', `"${text}" is no --indirect-selection.`, {
    hint: 'It is eager, cautious, buildable or empty.',
  });
}
