import type { Command } from 'commander';
import type { RunAction } from '../command.js';
import { addSelectionFlags, type RunFlagsGiven } from '../run/run-flags.js';

/** `thau source track` and `untrack`: sources that say themselves when they change. */
export function addTrackCommands(source: Command, run: RunAction): void {
  addSelectionFlags(
    source
      .command('track')
      .description('put a trigger on the tables of sources, so that a change is known exactly and at once'),
  ).action(track(run, true));
  addSelectionFlags(source.command('untrack').description('take the triggers away again')).action(
    track(run, false),
  );
}

function track(run: RunAction, on: boolean): ReturnType<RunAction> {
  return run<RunFlagsGiven>(async (context, flags) => {
    const { trackSources, untrackSources } = await import('../../build/plan/track-sources.js');
    const { ThauError } = await import('../../errors/thau-error.js');
    const { chooseNodes, namesNodes } = await import('../run/choose-nodes.js');
    const { loadProject } = await import('../run/load-project.js');
    const { output } = context;
    if (!namesNodes(flags)) {
      throw new ThauError('CLI_USAGE', 'Name the sources: each gets a trigger on its tables.', {
        hint: `Write thau source ${on ? 'track' : 'untrack'} --select source:crm.customers, or source:* for all.`,
      });
    }
    const warehouse = await context.warehouse();
    const { database, settings } = warehouse;
    const vars = flags.vars === undefined ? {} : { vars: flags.vars };
    const { project } = await loadProject({ ...context, warehouse, ...vars });
    const { ids } = await chooseNodes(context, project, flags, {
      resourceTypes: ['source'],
      warn: (message) => output.log(message, {}, 'warn'),
    });
    const sources = [...ids].sort().flatMap((id) => project.manifest.sources[id] ?? []);
    const tables = on
      ? await trackSources(database, settings.database.stateSchema, sources)
      : await untrackSources(database, sources);
    const how = on ? 'tell of every change now' : 'are known by their counters again';
    output.result({ tables }, tables.length === 0 ? 'No table was named.' : `${tables.join(', ')} ${how}.`);
    return 0;
  });
}
