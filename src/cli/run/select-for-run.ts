import { ThauError } from '../../errors/thau-error.js';
import { nearest } from '../../errors/suggest.js';
import type { Project } from '../../project/parse-project.js';
import type { CommandContext } from '../command.js';
import { chooseNodes, namesNodes } from './choose-nodes.js';
import type { RunFlagsGiven } from './run-flags.js';
import { selectedWords } from './run-flags.js';

/** The resource types a command touches. */
export const resourceTypes = {
  build: ['model', 'seed', 'snapshot', 'test', 'unit_test'],
  run: ['model'],
  test: ['test', 'unit_test'],
  seed: ['seed'],
  snapshot: ['snapshot'],
  clone: ['model', 'seed', 'snapshot'],
  compile: ['model', 'snapshot', 'test', 'analysis'],
  show: ['model', 'seed', 'snapshot', 'test', 'analysis'],
} as const;

/** The nodes a command line names; BUILD_NOTHING_SELECTED when words match nothing. */
export async function selectForRun(
  context: Pick<CommandContext, 'settings' | 'warehouse'>,
  project: Project,
  command: keyof typeof resourceTypes,
  flags: RunFlagsGiven,
  warn: (message: string) => void,
): Promise<ReadonlySet<string>> {
  const { ids } = await chooseNodes(context, project, flags, { resourceTypes: resourceTypes[command], warn });
  const words = selectedWords(flags);
  // a state may well have changed nothing; a name that is none is a slip
  if (
    ids.size === 0 &&
    namesNodes(flags) &&
    words.some((word) => !/\b(?:state|result|source_status):/.test(word))
  ) {
    const names = Object.values(project.manifest.nodes).map((node) => node.name);
    const near = words.map((word) => nearest(word.replace(/^[@\d+]*|[+\d]*$/g, ''), names)).find(Boolean);
    throw new ThauError(
      'BUILD_NOTHING_SELECTED',
      `${words.join(' ')} matches nothing that thau ${command} touches.`,
      {
        hint: near === undefined ? 'See thau list.' : `Did you mean "${near}"?`,
      },
    );
  }
  return ids;
}
