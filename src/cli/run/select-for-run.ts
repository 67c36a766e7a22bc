import { ThauError } from '../../errors/thau-error.js';
import { nearest } from '../../errors/suggest.js';
import type { Manifest } from '../../project/manifest.js';
import type { RunFlagsGiven } from './run-flags.js';
import { selectedWords } from './run-flags.js';

/** The resource types a command touches. */
export const resourceTypes = {
  build: ['model', 'seed', 'snapshot', 'test'],
  run: ['model'],
  test: ['test'],
  seed: ['seed'],
  snapshot: ['snapshot'],
  compile: ['model', 'snapshot', 'test', 'analysis'],
} as const;

/** The nodes a command line names; BUILD_NOTHING_SELECTED when words match nothing. */
export async function selectForRun(
  manifest: Manifest,
  command: keyof typeof resourceTypes,
  flags: RunFlagsGiven,
  warn: (message: string) => void,
): Promise<ReadonlySet<string>> {
  const { parseSelection } = await import('../../project/select/parse-selection.js');
  const { selectNodes } = await import('../../project/select/select-nodes.js');
  const words = selectedWords(flags);
  const { ids, unmatched } = selectNodes({
    manifest,
    selection: parseSelection(words, flags.exclude ?? []),
    resourceTypes: resourceTypes[command],
    ...(flags.indirectSelection !== undefined && { indirect: indirectMode(flags.indirectSelection) }),
  });
  if (ids.size === 0 && words.length > 0) {
    const names = Object.values(manifest.nodes).map((node) => node.name);
    const near = words.map((word) => nearest(word.replace(/^[@\d+]*|[+\d]*$/g, ''), names)).find(Boolean);
    throw new ThauError(
      'BUILD_NOTHING_SELECTED',
      `${words.join(' ')} matches nothing that thau ${command} touches.`,
      {
        hint: near === undefined ? 'See thau list.' : `Did you mean "${near}"?`,
      },
    );
  }
  for (const word of unmatched) warn(`${word} matches nothing.`);
  return ids;
}

/** `--indirect-selection`, checked. */
export function indirectMode(text: string): 'eager' | 'cautious' | 'buildable' | 'empty' {
  if (text === 'eager' || text === 'cautious' || text === 'buildable' || text === 'empty') return text;
  throw new ThauError('CLI_USAGE', `"${text}" is no --indirect-selection.`, {
    hint: 'It is eager, cautious, buildable or empty.',
  });
}
