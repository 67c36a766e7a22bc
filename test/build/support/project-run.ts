import { run } from '../../../src/build/run/run.js';
import type { RunEvent } from '../../../src/build/report/run-event.js';
import type { RunOptions } from '../../../src/build/run/run-options.js';
import type { Database } from '../../../src/postgres/database.js';
import { parseProject } from '../../../src/project/parse-project.js';
import { ProjectRenderer } from '../../../src/project/renderer.js';
import { flags as plainFlags, type Ran } from './engine.js';

export interface ProjectRun extends Omit<Partial<RunOptions>, 'flags'> {
  readonly flags?: Partial<RunOptions['flags']>;
  /** Names of nodes; all unless given. */
  readonly only?: readonly string[];
  /** Carries forward what is unchanged, as without `--select`. */
  readonly carry?: boolean;
  readonly vars?: Readonly<Record<string, unknown>>;
  /** The target's schema. */
  readonly schema?: string;
}

/** One run of the project in a folder, within this process. */
export async function runProject(database: Database, path: string, options: ProjectRun = {}): Promise<Ran> {
  const { only, carry, vars = {}, schema = 'shop', flags, ...rest } = options;
  const { rows } = await database.query<{ name: string }>('select current_database() as name');
  const project = parseProject({
    projectDir: path,
    environment: {
      target: {
        profileName: 'shop',
        name: 'test',
        database: rows[0]?.name ?? '',
        schema,
        user: 'postgres',
        threads: 4,
      },
      env: {},
      vars,
      invocationId: 'test',
      startedAt: options.startedAt ?? new Date(),
      log: () => undefined,
    },
  });
  const events: RunEvent[] = [];
  const selected = new Set(
    Object.values(project.manifest.nodes)
      .filter((node) => ['model', 'seed', 'snapshot', 'test'].includes(node.resource_type))
      .filter((node) => only === undefined || only.includes(node.name))
      .map((node) => node.unique_id),
  );
  const summary = await run({
    database,
    stateSchema: 'thau',
    manifest: project.manifest,
    renderer: new ProjectRenderer(project),
    command: 'build',
    selected,
    threads: 4,
    failFast: false,
    flags: { ...plainFlags, ...flags },
    trigger: 'manual',
    target: 'test',
    args: {},
    sdl: [],
    reporter: (event) => events.push(event),
    ...(carry !== true && { force: 'the test says so' }),
    ...rest,
  });
  return { ...summary, events };
}
