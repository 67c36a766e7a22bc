import type { Database, OwnSession } from '../postgres/database.js';
import { qualifiedName, quoteIdentifier } from '../postgres/identifier.js';
import type { Session } from '../postgres/session.js';
import { placeKey, readColumns } from '../build/views/read-columns.js';
import type { Column } from '../build/views/view-text.js';

export interface Place {
  readonly schema: string;
  readonly name: string;
}

/** What one transaction may hold: each view takes locks, and past 64 subtransactions PostgreSQL gets slow. */
const limits = { views: 500, savepoints: 50 };

/**
 * Schemas that exist in a transaction which is always rolled back: views made there tell the columns of a select
 * without running it. A transaction that has grown large is given up for a new one, in which what was learned stands
 * again as stubs: views of typed nulls.
 */
export class Scratch {
  private own: OwnSession | undefined;
  private begun = false;
  private views = 0;
  private savepoints = 0;
  private standing = new Set<string>();
  private readonly schemas = new Map<string, string>();

  constructor(
    private readonly database: Database,
    private readonly applicationName: string,
  ) {}

  /** Where a relation of a target schema stands here; names stay, since SQL may use them as aliases. */
  place({ schema, name }: Place): Place {
    let scratch = this.schemas.get(schema);
    if (scratch === undefined) {
      scratch = `thau_check_${process.pid}_${this.schemas.size}`;
      this.schemas.set(schema, scratch);
    }
    return { schema: scratch, name };
  }

  stands(place: Place): boolean {
    return this.standing.has(placeKey(place));
  }

  /** Whether the next statements should begin in a new transaction: the caller makes its stubs after that. */
  async makeRoom(views: number): Promise<void> {
    if (this.views + views > limits.views || this.savepoints >= limits.savepoints) await this.giveUp();
  }

  async makeStubs(
    stubs: readonly { readonly place: Place; readonly columns: readonly Column[] }[],
  ): Promise<void> {
    if (stubs.length === 0) return;
    const session = await this.session();
    await session.query(
      stubs
        .map(({ place, columns }) => {
          const list = columns.map(({ name, type }) => `null::${type} as ${quoteIdentifier(name)}`);
          return `create view ${qualifiedName(place.schema, place.name)} as select ${list.join(', ')}`;
        })
        .join(';\n'),
    );
    this.views += stubs.length;
    for (const { place } of stubs) this.standing.add(placeKey(place));
  }

  /** Runs statements together; what fails leaves nothing behind, and its error is the answer. */
  async attempt(statements: string, makes: readonly Place[]): Promise<unknown> {
    const session = await this.session();
    this.savepoints += 1;
    await session.query('savepoint thau_check');
    try {
      await session.query(statements);
    } catch (error) {
      await session.query('rollback to savepoint thau_check');
      return error;
    }
    await session.query('release savepoint thau_check');
    this.views += makes.length;
    for (const place of makes) this.standing.add(placeKey(place));
    return undefined;
  }

  async columns(places: readonly Place[]): Promise<ReadonlyMap<string, readonly Column[]>> {
    return readColumns(await this.session(), places);
  }

  async close(): Promise<void> {
    await this.giveUp().catch(() => undefined);
    await this.own?.close();
  }

  private async giveUp(): Promise<void> {
    if (this.begun) await this.own?.session.query('rollback');
    this.begun = false;
    this.views = 0;
    this.savepoints = 0;
    this.standing = new Set();
  }

  private async session(): Promise<Session> {
    this.own ??= await this.database.session(this.applicationName);
    const { session } = this.own;
    if (!this.begun) {
      this.begun = true;
      const schemas = [...this.schemas.values()].map((schema) => `create schema ${quoteIdentifier(schema)}`);
      await session.query(['begin', `set local lock_timeout = '200ms'`, ...schemas].join(';\n'));
    }
    return session;
  }
}
