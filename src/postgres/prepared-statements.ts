import type pg from 'pg';

/** Where `pg` notes what a connection has parsed. */
interface ParsedRecord {
  parsedStatements: Record<string, string>;
  submittedNamedStatements: Record<string, string>;
}

/**
 * The named statements of one connection. Each costs the backend memory (a plan is some 100 kB), so there is a
 * budget: past it all are dropped at once, which is one round trip in a few hundred statements, and what is in
 * use comes back by itself. Names are dropped in `pg`'s own record too, or it would believe them parsed.
 */
export class PreparedStatements {
  static readonly budget = 200;
  private static readonly perClient = new WeakMap<pg.ClientBase, PreparedStatements>();
  private readonly names = new Set<string>();

  private constructor(private readonly client: pg.ClientBase) {}

  static of(client: pg.ClientBase): PreparedStatements {
    const known = PreparedStatements.perClient.get(client);
    if (known) return known;
    const made = new PreparedStatements(client);
    PreparedStatements.perClient.set(client, made);
    return made;
  }

  async makeRoomFor(name: string): Promise<void> {
    if (this.names.has(name)) return;
    if (this.names.size >= PreparedStatements.budget) {
      await this.client.query('deallocate all');
      const record = this.record();
      record.parsedStatements = {};
      record.submittedNamedStatements = {};
      this.names.clear();
    }
    this.names.add(name);
  }

  /** After an error nobody knows whether the backend has it: `pg` parses it again under the same name if not. */
  forget(name: string): void {
    Reflect.deleteProperty(this.record().submittedNamedStatements, name);
  }

  private record(): ParsedRecord {
    return (this.client as unknown as { connection: ParsedRecord }).connection;
  }
}
