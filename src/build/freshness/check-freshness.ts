import { ThauError } from '../../errors/thau-error.js';
import type { Database } from '../../postgres/database.js';
import { quoteIdentifier } from '../../postgres/identifier.js';
import type { Session } from '../../postgres/session.js';
import type { RunFlags } from '../../project/context/render-run.js';
import type { Manifest, SourceNode } from '../../project/manifest.js';
import { selectBody } from '../materialisations/select-body.js';
import { readGeneration } from '../publish/generation.js';
import { sqlName } from '../relation.js';
import type { Renderer } from '../run/renderer.js';
import { RunScope } from '../run/run-scope.js';
import { type Criteria, criteriaOf, statusOf } from './criteria.js';

export interface FreshnessOptions {
  readonly database: Database;
  readonly stateSchema: string;
  readonly manifest: Manifest;
  readonly renderer: Renderer;
  readonly flags: RunFlags;
  readonly sources: readonly SourceNode[];
  /** Sources at a time. */
  readonly threads: number;
  readonly onChecked?: (result: FreshnessResult) => void;
}

/** How old the newest row of a source is. */
export interface FreshnessResult {
  readonly source: SourceNode;
  readonly status: 'pass' | 'warn' | 'error' | 'runtime error';
  readonly criteria: Criteria | undefined;
  /** Null for a source without rows, whose newest row is infinitely old, and where the check itself failed. */
  readonly maxLoadedAt: Date | null;
  readonly snapshottedAt: Date | null;
  /** Seconds. */
  readonly age: number | null;
  readonly startedAt: Date;
  readonly seconds: number;
  readonly error?: unknown;
}

/** Checks the sources that have criteria, several at a time; what fails for one is its result. */
export async function checkFreshness(options: FreshnessOptions): Promise<FreshnessResult[]> {
  const { database, manifest, renderer, flags } = options;
  const state = quoteIdentifier(options.stateSchema);
  const current = await readGeneration(database, state);
  const waiting = [...options.sources];
  const results: FreshnessResult[] = [];
  const work = async (): Promise<void> => {
    for (let source = waiting.shift(); source !== undefined; source = waiting.shift()) {
      const one = source;
      const result = await database.use((session) => {
        const scope = new RunScope({
          manifest,
          renderer,
          runId: 0,
          state,
          current,
          flags,
          invocationId: manifest.metadata.invocation_id,
          startedAt: new Date(),
          reporter: () => undefined,
        });
        return checkOne(session, scope, one);
      });
      results.push(result);
      options.onChecked?.(result);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.threads, waiting.length) }, work));
  return results.sort((a, b) => (a.source.unique_id < b.source.unique_id ? -1 : 1));
}

async function checkOne(session: Session, scope: RunScope, source: SourceNode): Promise<FreshnessResult> {
  const startedAt = new Date();
  const began = performance.now();
  const done = (
    rest: Pick<FreshnessResult, 'status' | 'maxLoadedAt' | 'snapshottedAt' | 'age' | 'criteria'> & {
      error?: unknown;
    },
  ): FreshnessResult => ({ source, startedAt, seconds: (performance.now() - began) / 1000, ...rest });
  let criteria: Criteria | undefined;
  try {
    criteria = criteriaOf(source);
    const sql = await question(session, scope, source, criteria?.filter ?? null);
    const { rows } = await session.query<{ loaded: number | null; now: number }>(sql);
    const answer = rows[0];
    if (rows.length !== 1 || answer === undefined) {
      throw new ThauError('BUILD_FRESHNESS', `loaded_at_query answered ${rows.length} rows, not one`, {
        hint: 'It must select one timestamp, such as max(loaded_at).',
      });
    }
    const age = answer.loaded === null ? Infinity : answer.now - answer.loaded;
    return done({
      status: criteria === undefined ? 'pass' : statusOf(age, criteria),
      criteria,
      maxLoadedAt: answer.loaded === null ? null : new Date(answer.loaded * 1000),
      snapshottedAt: new Date(answer.now * 1000),
      age: answer.loaded === null ? null : age,
    });
  } catch (error) {
    const fault = failureOf(error, source);
    return done({
      status: 'runtime error',
      criteria,
      maxLoadedAt: null,
      snapshottedAt: null,
      age: null,
      error: fault,
    });
  }
}

/** The time of the newest row and the present, in seconds; a timestamp without a zone is taken as UTC, as dbt does. */
async function question(
  session: Session,
  scope: RunScope,
  source: SourceNode,
  filter: string | null,
): Promise<string> {
  const relation = scope.relationOf(source.unique_id);
  const adapter = scope.adapter(session);
  const render = (text: string): Promise<string> =>
    scope.options.renderer.render(text, scope.context(adapter, relation));
  const now = 'extract(epoch from statement_timestamp())::float8 as now';
  const query = source.config['loaded_at_query'];
  if (typeof query === 'string' && query.trim() !== '') {
    if (source.loaded_at_field !== null) {
      throw new ThauError('BUILD_FRESHNESS', 'both loaded_at_field and loaded_at_query are set', {
        hint: 'Keep one of them.',
      });
    }
    const body = selectBody(await render(query));
    return `select extract(epoch from newest.loaded_at)::float8 as loaded, ${now} from ${body} as newest (loaded_at)`;
  }
  if (source.loaded_at_field === null) {
    throw new ThauError(
      'BUILD_FRESHNESS',
      "neither loaded_at_field nor loaded_at_query is set, and PostgreSQL keeps no time of a table's last change",
      { hint: 'Set loaded_at_field to a column with the time a row was loaded.' },
    );
  }
  const field = await render(source.loaded_at_field);
  const where = filter === null ? '' : ` where ${await render(filter)}`;
  await adapter.commit();
  return `select extract(epoch from max(${field}))::float8 as loaded, ${now}
from ${sqlName({ schema: relation.schema, name: relation.identifier })}${where}`;
}

function failureOf(error: unknown, source: SourceNode): unknown {
  if (!(error instanceof ThauError)) return error;
  return new ThauError(error.code, `source ${source.source_name}.${source.name}: ${error.message}`, {
    at: error.at ?? { file: source.original_file_path },
    ...(error.hint !== undefined && { hint: error.hint }),
    notes: error.notes,
    cause: error,
  });
}
