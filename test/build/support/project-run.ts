import type { Decision } from '../../../src/build/plan/decision.js';
import { makePlan } from '../../../src/build/plan/plan.js';
import { readPlanMemory } from '../../../src/build/plan/plan-memory.js';
import { readGeneration } from '../../../src/build/publish/generation.js';
import { OwnTemplateAsker } from '../../../src/build/run/own-template-asker.js';
import { run } from '../../../src/build/run/run.js';
import { RunScope } from '../../../src/build/run/run-scope.js';
import type { RunEvent } from '../../../src/build/report/run-event.js';
import type { RunOptions } from '../../../src/build/run/run-options.js';
import type { Database } from '../../../src/postgres/database.js';
import { parseProject, type Project } from '../../../src/project/parse-project.js';
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

async function read(database: Database, path: string, options: ProjectRun): Promise<Project> {
  const { vars = {}, schema = 'shop' } = options;
  const { rows } = await database.query<{ name: string }>('select current_database() as name');
  return parseProject({
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
}

function selectedOf({ manifest }: Project, only: readonly string[] | undefined): Set<string> {
  return new Set(
    Object.values(manifest.nodes)
      .filter((node) => ['model', 'seed', 'snapshot', 'test'].includes(node.resource_type))
      .filter((node) => only === undefined || only.includes(node.name))
      .map((node) => node.unique_id),
  );
}

/** One run of the project in a folder, within this process. */
export async function runProject(database: Database, path: string, options: ProjectRun = {}): Promise<Ran> {
  const project = await read(database, path, options);
  const { only, carry, flags, vars: _vars, schema: _schema, ...rest } = options;
  const events: RunEvent[] = [];
  const summary = await run({
    database,
    stateSchema: 'thau',
    manifest: project.manifest,
    renderer: new ProjectRenderer(project),
    command: 'build',
    selected: selectedOf(project, only),
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

/** What `thau plan` would say of the project in a folder, by node name. */
export async function planOf(
  database: Database,
  path: string,
  options: ProjectRun = {},
): Promise<Record<string, Decision>> {
  const project = await read(database, path, options);
  const { manifest } = project;
  const current = await readGeneration(database, 'thau');
  const shared = {
    manifest,
    renderer: new ProjectRenderer(project),
    flags: { ...plainFlags, ...options.flags },
    state: 'thau',
    current,
  };
  const scope = new RunScope({
    ...shared,
    runId: 0,
    invocationId: 'test',
    startedAt: options.startedAt ?? new Date(),
    reporter: () => undefined,
  });
  const memory = await readPlanMemory(database, 'thau', current.number);
  const plan = await database.use((session) =>
    makePlan(session, {
      ...shared,
      ...memory,
      selected: selectedOf(project, options.only),
      distrustRecent: options.distrustRecent ?? false,
      ...(options.startedAt && { now: options.startedAt }),
      ...(options.force !== undefined && { force: options.force }),
      ...(options.reconcileAfter !== undefined && { reconcileAfter: options.reconcileAfter }),
      asker: new OwnTemplateAsker(session, scope),
    }),
  );
  return Object.fromEntries(
    [...plan.decisions].map(([id, decision]) => [manifest.nodes[id]?.name ?? id, decision]),
  );
}
