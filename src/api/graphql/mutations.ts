import type { Database } from '../../postgres/database.js';
import type { RequestContext } from '../http/request-context.js';
import { graphqlFault } from './graphql-fault.js';

/** A request row as GraphQL shows it. */
interface RequestPayload {
  readonly requestId: string;
  readonly kind: string;
  readonly state: string;
}

interface StartRun {
  readonly select?: readonly string[] | null;
  readonly exclude?: readonly string[] | null;
  readonly fullRefresh?: boolean | null;
}

/**
 * What mutations do: they write a row of `requests` and notify; the schedule's leader acts on it. Keyed by field,
 * as graphql-js takes a root value.
 */
export function requestMutations(
  database: Database,
  state: string,
): Readonly<Record<string, (args: never, context: RequestContext) => Promise<RequestPayload>>> {
  const ask = async (kind: string, args: object, context: RequestContext): Promise<RequestPayload> => {
    if (!context.access.mayWork) {
      throw graphqlFault('FORBIDDEN', `The role "${context.access.name}" may not ask for work.`, {
        status: 403,
      });
    }
    const { rows } = await database.query<RequestPayload>(
      `with asked as (
         insert into ${state}.requests (kind, args, requested_by) values ($1, $2, $3)
         returning request_id::text as "requestId", kind, state)
       select asked.*, pg_notify('thau_request', asked."requestId") from asked`,
      [kind, JSON.stringify(args), context.caller.keyId ?? context.caller.name],
    );
    const [row] = rows;
    if (row === undefined) throw new Error('insert … returning answered no row');
    return { requestId: row.requestId, kind: row.kind, state: row.state };
  };
  return {
    startRun: ({ select, exclude, fullRefresh }: StartRun, context: RequestContext) =>
      ask(
        'run',
        { select: select ?? [], exclude: exclude ?? [], full_refresh: fullRefresh ?? false },
        context,
      ),
    rollback: async ({ generation }: { readonly generation?: string | null }, context: RequestContext) => {
      const { rows } = await database.query<{ generation: number }>(
        `select generation from ${state}.generations g
         where retired_at is null and ($1::text is null or generation::text = $1)
           and generation <> (select p.generation from ${state}.pointer p)
         order by generation desc limit 1`,
        [generation ?? null],
      );
      const [earlier] = rows;
      if (earlier === undefined) {
        const which = generation ? `Generation ${generation}` : 'An earlier generation';
        throw graphqlFault('BAD_USER_INPUT', `${which} is not kept, or is the current one.`, {
          status: 200,
          hint: 'warehouse { generations { nodes { generation retiredAt } } } shows which are.',
        });
      }
      return ask('rollback', { to: earlier.generation }, context);
    },
    cancelRun: async ({ runId }: { readonly runId: string }, context: RequestContext) => {
      const { rows } = await database.query<{ runId: number }>(
        `select run_id as "runId" from ${state}.runs where run_id::text = $1 and state = 'running'`,
        [runId],
      );
      const [running] = rows;
      if (running === undefined) {
        throw graphqlFault('BAD_USER_INPUT', `Run ${runId} is not running.`, {
          status: 200,
          hint: 'warehouse { runs(filter: {state: {eq: RUNNING}}) { edges { node { runId } } } } shows what is.',
        });
      }
      return ask('cancel', running, context);
    },
  };
}
