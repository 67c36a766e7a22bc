import type { CommandContext } from '../command.js';
import { startApi } from '../serve-api.js';
import { buildOnce } from './build-once.js';
import { loadSampleOnce } from './load-sample-once.js';
import { performBuild } from './perform-build.js';
import { startSchedule } from './start-schedule.js';
import { welcome } from './welcome.js';

/**
 * The main job, until a signal ends it. The API comes first: it answers health while the first build runs, and a port
 * in use is told before anything is built.
 */
export async function start(context: CommandContext): Promise<number> {
  const warehouse = await context.warehouse();
  const api = await startApi(context, warehouse);
  const perform = performBuild(context);
  await loadSampleOnce(context, warehouse);
  const published = await buildOnce(context, warehouse, perform);
  if (!context.signal.aborted) {
    await startSchedule(context, warehouse, perform);
    await welcome(context, warehouse, api, published);
    await aborted(context.signal);
  }
  context.output.log('Stopping: requests in flight finish, a run is cancelled.');
  return 0;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
