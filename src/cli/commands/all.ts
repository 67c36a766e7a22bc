import type { AddCommand } from '../command.js';
import { addDebug } from './debug.js';
import { addKey } from './key.js';
import { addSchedule } from './schedule.js';
import { addStop } from './stop.js';

export const commands: readonly AddCommand[] = [
  // one a line, in the order of `thau --help`
  addStop,
  addKey,
  addSchedule,
  addDebug,
];
