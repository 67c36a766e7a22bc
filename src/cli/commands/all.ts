import type { AddCommand } from '../command.js';
import { addBuild } from './build.js';
import { addRun } from './run.js';
import { addTest } from './test.js';
import { addCheck } from './check.js';
import { addSeed } from './seed.js';
import { addCompile } from './compile.js';
import { addClean } from './clean.js';
import { addDocs } from './docs.js';
import { addDeps } from './deps.js';
import { addList } from './list.js';
import { addParse } from './parse.js';
import { addPlan } from './plan.js';
import { addShow } from './show.js';
import { addAdopt } from './adopt.js';
import { addClone } from './clone.js';
import { addEject } from './eject.js';
import { addCancel } from './cancel.js';
import { addDebug } from './debug.js';
import { addDiff } from './diff.js';
import { addExplain } from './explain.js';
import { addHistory } from './history.js';
import { addKey } from './key.js';
import { addLoad } from './load.js';
import { addRetry } from './retry.js';
import { addRollback } from './rollback.js';
import { addRunOperation } from './run-operation.js';
import { addSample } from './sample.js';
import { addSchedule } from './schedule.js';
import { addSchema } from './schema.js';
import { addServe } from './serve.js';
import { addSource } from './source.js';
import { addStart } from './start.js';
import { addSnapshot } from './snapshot.js';
import { addStatus } from './status.js';
import { addStop } from './stop.js';

export const commands: readonly AddCommand[] = [
  // one a line, in the order of `thau --help`
  addStart,
  addServe,
  addStop,
  addBuild,
  addRun,
  addTest,
  addSeed,
  addSnapshot,
  addSource,
  addParse,
  addList,
  addCompile,
  addCheck,
  addDeps,
  addDocs,
  addClean,
  addRetry,
  addPlan,
  addShow,
  addStatus,
  addHistory,
  addExplain,
  addCancel,
  addClone,
  addRollback,
  addEject,
  addAdopt,
  addRunOperation,
  addDiff,
  addSchema,
  addKey,
  addSchedule,
  addSample,
  addLoad,
  addDebug,
];
