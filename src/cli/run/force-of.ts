import type { RunOptions } from '../../build/run/run-options.js';
import { namesNodes } from './choose-nodes.js';
import type { RunFlagsGiven } from './run-flags.js';

/** Why unchanged nodes are built too; undefined when they are carried forward. */
export function forceOf(
  command: RunOptions['command'],
  flags: RunFlagsGiven,
  trigger: string,
): string | undefined {
  if (flags.carry === false) return 'was asked for by --no-carry';
  if (command === 'test' || command === 'clone') return 'was asked for';
  if (flags.fullRefresh) return 'full refresh';
  if (flags.eventTimeStart !== undefined) return 'its window of time was given';
  // a schedule names what it watches over, a person what is to be built
  return namesNodes(flags) && flags.carry === undefined && !trigger.startsWith('schedule:')
    ? 'was selected'
    : undefined;
}
