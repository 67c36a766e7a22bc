import type { SourceNode } from '../../project/manifest.js';
import type { ReadSources } from '../../schedule/source-watch.js';
import type { CommandContext } from '../command.js';
import { loadProject } from '../run/load-project.js';
import { selectForRun } from '../run/select-for-run.js';
import type { Warehouse } from '../warehouse.js';

/** Reads the states of a schedule's sources. Which these are is read from the project again when a run has published. */
export function sourceReader(context: CommandContext, warehouse: Warehouse): ReadSources {
  const { database, settings } = warehouse;
  const known = new Map<string, { readonly generation: string; readonly sources: readonly SourceNode[] }>();
  const told = new Set<string>();
  return async (schedule) => {
    const { readSourceVersions } = await import('../../build/plan/source-versions.js');
    const { quoteIdentifier } = await import('../../postgres/identifier.js');
    const state = quoteIdentifier(settings.database.stateSchema);
    const { rows } = await database.query<{ generation: string }>(
      `select generation::text as generation from ${state}.pointer`,
    );
    const generation = rows[0]?.generation ?? '';
    let entry = known.get(schedule.name);
    if (entry?.generation !== generation) {
      entry = { generation, sources: await sourcesOf(context, warehouse, schedule) };
      known.set(schedule.name, entry);
    }
    const { versions } = await readSourceVersions(database, entry.sources, { distrustRecent: false, state });
    return Object.fromEntries(
      entry.sources.map((source) => {
        const { unique_id: id } = source;
        const version = versions.get(id) ?? null;
        if (version === null && !told.has(id)) {
          told.add(id);
          context.output.log(
            `Nobody can tell when ${source.source_name}.${source.name} changes: the schedule "${schedule.name}" does not wait for it.`,
            { event: 'unknown source' },
            'warn',
          );
        }
        return [id, version];
      }),
    );
  };
}

/** The sources that its nodes read themselves: what stands between, and is not selected, does not change by it. */
async function sourcesOf(
  context: CommandContext,
  warehouse: Warehouse,
  { select, exclude }: Parameters<ReadSources>[0],
): Promise<readonly SourceNode[]> {
  const { inputsOf } = await import('../../build/plan/node-inputs.js');
  const { project } = await loadProject({ ...context, warehouse });
  const { manifest } = project;
  const selected = await selectForRun(context, project, 'build', { select, exclude }, () => undefined);
  const inputs = new Set(
    [...selected].flatMap((id) => {
      const node = manifest.nodes[id];
      return node ? inputsOf(manifest, node) : [];
    }),
  );
  return [...inputs].flatMap((id) => manifest.sources[id] ?? []);
}
