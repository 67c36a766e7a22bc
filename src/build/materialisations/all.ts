import { incremental } from './incremental.js';
import type { Materialisation } from './materialisation.js';
import { seed } from './seed.js';
import { snapshot } from './snapshot.js';
import { table } from './table.js';
import { materializedView, view } from './view.js';

/** By the name in config `materialized`; ephemeral models become no relation. */
export const materialisations: Readonly<Record<string, Materialisation>> = {
  view,
  table,
  incremental,
  seed,
  snapshot,
  materialized_view: materializedView,
};
