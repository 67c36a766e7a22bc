import { qualifiedName } from '../postgres/identifier.js';
import type { Queryable } from '../postgres/queryable.js';

/** A row of `requests` that waits for the leader. */
export interface RequestRow {
  readonly id: number;
  readonly kind: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** Takes the oldest waiting request of one of these kinds, or none. */
export async function takeRequest(
  database: Queryable,
  stateSchema: string,
  kinds: readonly string[],
): Promise<RequestRow | undefined> {
  const table = qualifiedName(stateSchema, 'requests');
  const { rows } = await database.query<{ id: string; kind: string; args: Record<string, unknown> }>(
    /* sql */ `
      update ${table} set state = 'taken'
      where request_id = (
          select request_id from ${table}
          where state = 'waiting' and kind = any($1)
          order by request_id limit 1
          for update skip locked)
      returning request_id as id, kind, args`,
    [kinds],
  );
  const [row] = rows;
  return row && { ...row, id: Number(row.id) };
}

/** Hands a taken request back: it could not be started yet. */
export async function returnRequest(database: Queryable, stateSchema: string, id: number): Promise<void> {
  await database.query(
    `update ${qualifiedName(stateSchema, 'requests')} set state = 'waiting' where request_id = $1`,
    [id],
  );
}

export async function answerRequest(
  database: Queryable,
  stateSchema: string,
  id: number,
  outcome: { readonly state: 'done' | 'refused'; readonly runId?: number; readonly answer: object },
): Promise<void> {
  await database.query(
    /* sql */ `
      update ${qualifiedName(stateSchema, 'requests')}
      set state = $2, run_id = coalesce($3, run_id), answer = $4
      where request_id = $1`,
    [id, outcome.state, outcome.runId ?? null, JSON.stringify(outcome.answer)],
  );
}

/** Requests a dead leader had taken wait again. */
export async function reviveRequests(database: Queryable, stateSchema: string): Promise<void> {
  await database.query(
    `update ${qualifiedName(stateSchema, 'requests')} set state = 'waiting' where state = 'taken'`,
  );
}
