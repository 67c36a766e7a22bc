import { behaviourTables } from './behaviour.js';
import { commerceTables } from './commerce.js';
import { customerTables } from './customers.js';
import type { RawTable } from './table.js';
import { voiceTables } from './voice.js';

/** Every raw table of the sample shop, source by source. */
export const rawTables: readonly RawTable[] = [
  ...customerTables,
  ...commerceTables,
  ...behaviourTables,
  ...voiceTables,
];
