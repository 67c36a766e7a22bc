import type { AddCommand } from '../command.js';
import { addCancel } from './cancel.js';
import { addDebug } from './debug.js';
import { addHistory } from './history.js';
import { addKey } from './key.js';
import { addLoad } from './load.js';
import { addSample } from './sample.js';
import { addSchedule } from './schedule.js';
import { addStatus } from './status.js';
import { addStop } from './stop.js';

export const commands: readonly AddCommand[] = [
  // one a line, in the order of `thau --help`
  addStop,
  addStatus,
  addHistory,
  addCancel,
  addKey,
  addSchedule,
  addSample,
  addLoad,
  addDebug,
];
