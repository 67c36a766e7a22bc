import type { RunningApi, ServeOptions } from '../api/server.js';
import { formatPlace } from '../errors/format.js';
import type { ThauError } from '../errors/thau-error.js';
import type { CommandContext } from './command.js';
import type { Warehouse } from './warehouse.js';

/** Starts the API over a warehouse as the settings say; the command closes it at its end. */
export async function startApi(
  context: CommandContext,
  warehouse: Warehouse,
  more: Pick<ServeOptions, 'snapshots' | 'takeRequest'> = {},
): Promise<RunningApi> {
  const { serveApi } = await import('../api/server.js');
  const { apiSettings } = await import('../api/settings-of.js');
  const { loadGeneration } = await import('../api/generation/load-generation.js');
  const { cursorSecret } = await import('../api/generation/cursor-secret.js');
  const { traceSettings } = await import('../api/traces/trace-settings.js');
  const { quoteIdentifier } = await import('../postgres/identifier.js');
  const { settings, database } = warehouse;
  const { stateSchema } = settings.database;
  const served = apiSettings(settings.api, context.env['NODE_ENV'] === 'production', settings.projectDir);
  const secret = await cursorSecret(database, quoteIdentifier(stateSchema));
  const api = await serveApi({
    ...more,
    database,
    connection: warehouse.connection,
    stateSchema,
    load: (artifacts, { keepsAnswers }) =>
      loadGeneration(artifacts, {
        timezone: settings.timezone,
        stateSchema,
        planner: {
          cursorSecret: secret,
          auditSubject: served.auditSubject,
          jsonScalar: warehouse.facts.version >= 170_000,
        },
        cacheBytes: keepsAnswers ? served.cacheBytes : 0,
        onFault: (fault) => context.output.log(told(fault), { code: fault.code, at: fault.at }, 'warn'),
      }),
    settings: { ...served, traces: traceSettings(context.env) },
    log: {
      info: (message, facts) => context.output.log(message, facts),
      warn: (message, facts) => context.output.log(text(message, facts), facts, 'warn'),
      error: (message, facts) => context.output.log(text(message, facts), facts, 'warn'),
    },
  });
  context.onClose(api.stop);
  return api;
}

/** A fault in one line: `API_OPERATION: schema/operations/orders.graphql:3:5: Cannot query field …`. */
function told({ code, at, message }: ThauError): string {
  return `${code}: ${at ? `${formatPlace(at)}: ` : ''}${message}`;
}

/** A line for people has the facts behind it; with --json they stand in fields of their own. */
function text(message: string, facts: Readonly<Record<string, unknown>> = {}): string {
  const shown = Object.entries(facts)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return shown.length === 0 ? message : `${message} (${shown.join(', ')})`;
}
