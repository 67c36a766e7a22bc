import type {
  DatabaseAdapter,
  QueryAnswer,
  RelationColumn,
  RelationInfo,
  RelationName,
} from '../../project/context/database-adapter.js';
import { quoteIdentifier } from '../../postgres/identifier.js';
import type { Session } from '../../postgres/session.js';
import { holdsRows, sqlName } from '../relation.js';
import { fromColumn } from '../versioned/version-text.js';
import { foreignRelation } from '../views/prepare-views.js';
import { catalogStatement, createCatalogViews } from './catalog-names.js';
import { withOwnName } from './own-name.js';
import type { OwnedNames } from './owned-names.js';
import type { PublishedRelations } from './published-relations.js';

export interface RunAdapterOptions {
  readonly session: Session;
  /** thau's own schema, quoted. */
  readonly state: string;
  readonly names: OwnedNames;
  readonly published: PublishedRelations;
  /** Relations that other runs made are neither dropped nor renamed. */
  readonly runId: number;
  readonly onLog: (message: string, toConsole: boolean, printed?: boolean) => void;
}

/**
 * What templates may ask of the database while a node of a run is built, over that node's connection. Names that
 * thau owns resolve by `OwnedNames`; nothing that thau did not make is dropped or renamed.
 */
export class RunAdapter implements DatabaseAdapter {
  private readonly session: Session;
  private open = false;
  /** Set while thau has a transaction open around the node. */
  withinTransaction = false;
  /** Set while a template makes the candidate: the node's name means the candidate then. */
  building:
    | {
        readonly node: { readonly schema: string; readonly alias: string };
        readonly place: { readonly schema: string; readonly name: string };
      }
    | undefined;

  constructor(private readonly options: RunAdapterOptions) {
    this.session = options.session;
  }

  async query(
    sql: string,
    options: { readonly begin: boolean; readonly fetch: boolean },
  ): Promise<QueryAnswer> {
    if (options.begin && !this.open && !this.withinTransaction) {
      await this.session.query('begin');
      this.open = true;
    }
    const catalog = catalogStatement(this.withOwnName(sql));
    if (catalog.views.size > 0) {
      const { names, state } = this.options;
      await createCatalogViews(this.session, names, state, catalog.views);
    }
    const result = await this.session.queryText(catalog.sql);
    this.options.published.heard(sql);
    return {
      columns: result.fields.map((field) => ({ name: field.name, typeOid: field.typeOid })),
      rows: result.rows,
      command: result.command,
      rowsAffected: result.rowCount,
    };
  }

  /** SQL in which the node's own name means what is made. */
  withOwnName(sql: string): string {
    const { building } = this;
    return building ? withOwnName(sql, building.node, sqlName(building.place)) : sql;
  }

  async commit(): Promise<void> {
    await this.end('commit');
  }

  async rollback(): Promise<void> {
    await this.end('rollback');
  }

  /** Ends a transaction that `query` opened; one that thau opened around the node is thau's to end. */
  private async end(how: 'commit' | 'rollback'): Promise<void> {
    if (!this.open) return;
    this.open = false;
    await this.session.query(how);
  }

  standing(name: RelationName): RelationName | null {
    const owned = this.options.names.get(name.schema, name.identifier);
    return owned ? { database: name.database, schema: owned.schema, identifier: owned.name } : null;
  }

  async getRelation(name: RelationName): Promise<RelationInfo | null> {
    const place = this.resolve(name);
    if (place === null) return null;
    const { published } = this.options;
    if (published.has(place)) return published.get(place, (places) => this.listPlaces(places));
    // without a schema it is a temporary table
    const found = await this.list(
      "(n.nspname = $1 or ($1 = '' and n.oid = pg_my_temp_schema())) and c.relname = $2",
      [place.schema, place.name],
    );
    return found[0] ?? null;
  }

  async listRelations(_database: string | null, schema: string): Promise<readonly RelationInfo[]> {
    const owned = this.options.names.inSchema(schema);
    const stable = new Set(owned.map((one) => one.name));
    const present = await this.list('n.nspname = $1', [schema]);
    return [
      ...present.filter((relation) => !stable.has(relation.identifier)),
      ...owned.flatMap(({ relation }): RelationInfo[] =>
        relation
          ? [
              {
                database: null,
                schema: relation.schema,
                identifier: relation.name,
                type: holdsRows(relation) ? 'table' : infoType(relation.kind),
              },
            ]
          : [],
      ),
    ];
  }

  async getColumns(name: RelationName): Promise<readonly RelationColumn[]> {
    const place = this.resolve(name);
    if (place === null) return [];
    const { rows } = await this.session.query<{
      name: string;
      type: string;
      char_length: number | null;
      precision: number | null;
      scale: number | null;
    }>(
      `select a.attname as name, format_type(a.atttypid, null) as type,
              case when a.atttypid in (1042, 1043) and a.atttypmod > 4 then a.atttypmod - 4 end as char_length,
              case a.atttypid when 21 then 16 when 23 then 32 when 20 then 64 when 700 then 24 when 701 then 53
                  when 1700 then case when a.atttypmod > 0 then ((a.atttypmod - 4) >> 16) & 65535 end end as precision,
              case when a.atttypid in (20, 21, 23) then 0
                  when a.atttypid = 1700 and a.atttypmod > 0 then (a.atttypmod - 4) & 65535 end as scale
       from pg_attribute as a
       join pg_class as c on c.oid = a.attrelid
       join pg_namespace as n on n.oid = c.relnamespace
       where c.relname = $2 and a.attnum > 0 and not a.attisdropped
         and (n.nspname = $1 or ($1 = '' and n.oid = pg_my_temp_schema()))
         and not (a.attname = $3 and exists (
             select from ${this.options.state}.versioned_tables as v
             where v.table_schema = n.nspname and v.table_name = c.relname))
       order by a.attnum`,
      [place.schema, place.name, fromColumn],
    );
    return rows.map((row) => ({
      name: row.name,
      dataType: row.type,
      charMaxLength: row.char_length,
      numericPrecision: row.precision,
      numericScale: row.scale,
    }));
  }

  async schemaExists(_database: string | null, schema: string): Promise<boolean> {
    const { rows } = await this.session.query('select from pg_namespace where nspname = $1', [schema]);
    return rows.length > 0;
  }

  async createSchema(_database: string | null, schema: string): Promise<void> {
    await this.session.query(`create schema if not exists ${quoteIdentifier(schema)}`);
  }

  /** Only when it is empty: what others put there stays. */
  async dropSchema(_database: string | null, schema: string): Promise<void> {
    await this.session.query(`drop schema if exists ${quoteIdentifier(schema)}`);
  }

  async dropRelation(name: RelationName): Promise<void> {
    const owned = this.options.names.get(name.schema, name.identifier);
    // what is published stays until another generation is
    if (!this.isBuilding(name) && (owned === null || owned?.candidate === false)) return;
    const relation = await this.getRelation(name);
    if (!relation || !(await this.mayReplace(relation))) return;
    const place = { schema: relation.schema, name: relation.identifier };
    await this.session.query(`drop ${sqlKind(relation.type)} if exists ${sqlName(place)}`);
    await this.session.query(
      `delete from ${this.options.state}.relations where relation_schema = $1 and relation_name = $2`,
      [place.schema, place.name],
    );
  }

  async truncateRelation(name: RelationName): Promise<void> {
    const relation = await this.getRelation(name);
    if (!relation) return;
    if (!(await this.isOurs(relation))) {
      throw foreignRelation({ schema: relation.schema, name: relation.identifier });
    }
    await this.session.query(`truncate ${sqlName({ schema: relation.schema, name: relation.identifier })}`);
  }

  async renameRelation(from: RelationName, to: RelationName): Promise<void> {
    const relation = await this.getRelation(from);
    if (!relation || !(await this.mayReplace(relation))) return;
    const place = { schema: relation.schema, name: relation.identifier };
    const next = this.isBuilding(to) ? this.resolve(to) : { schema: to.schema, name: to.identifier };
    if (next === null) return;
    const kind = sqlKind(relation.type);
    if (next.name !== place.name) {
      await this.session.query(`alter ${kind} ${sqlName(place)} rename to ${quoteIdentifier(next.name)}`);
    }
    if (next.schema !== place.schema) {
      const moved = sqlName({ schema: place.schema, name: next.name });
      await this.session.query(`alter ${kind} ${moved} set schema ${quoteIdentifier(next.schema)}`);
    }
    await this.session.query(
      `update ${this.options.state}.relations set relation_schema = $3, relation_name = $4
       where relation_schema = $1 and relation_name = $2`,
      [place.schema, place.name, next.schema, next.name],
    );
  }

  log(message: string, toConsole: boolean, printed = false): void {
    this.options.onLog(message, toConsole, printed);
  }

  /** Null: thau owns the name and nothing stands for it. */
  private resolve(name: RelationName): { schema: string; name: string } | null {
    if (this.building && this.isBuilding(name)) return this.building.place;
    const owned = this.options.names.get(name.schema, name.identifier);
    return owned === undefined ? { schema: name.schema, name: name.identifier } : owned;
  }

  private isBuilding(name: RelationName): boolean {
    const node = this.building?.node;
    return node !== undefined && node.schema === name.schema && node.alias === name.identifier;
  }

  /** False for what another run made; throws for what thau did not make. */
  private async mayReplace(relation: RelationInfo): Promise<boolean> {
    const { rows } = await this.session.query<{ ours: boolean }>(
      `select run_id = $3 as ours from ${this.options.state}.relations
       where relation_schema = $1 and relation_name = $2`,
      [relation.schema, relation.identifier, this.options.runId],
    );
    if (rows[0]) return rows[0].ours;
    if (await this.isOurs(relation)) return true;
    throw foreignRelation({ schema: relation.schema, name: relation.identifier });
  }

  /** Known to a run, temporary, or made in the transaction that is open now. */
  private async isOurs(relation: RelationInfo): Promise<boolean> {
    const { rows } = await this.session.query(
      `select from ${this.options.state}.relations where relation_schema = $1 and relation_name = $2
       union all
       select from pg_class where relnamespace = pg_my_temp_schema() and relname = $2
       union all
       select from pg_class
       where oid = to_regclass(format('%I.%I', $1::text, $2::text))
         and xmin::text::bigint = pg_current_xact_id()::text::bigint & 4294967295`,
      [relation.schema, relation.identifier],
    );
    return rows.length > 0;
  }

  private listPlaces(
    places: readonly { readonly schema: string; readonly name: string }[],
  ): Promise<RelationInfo[]> {
    return this.list(
      '(n.nspname, c.relname) in (select w.schema, w.name from unnest($1::text[], $2::text[]) as w (schema, name))',
      [places.map(({ schema }) => schema), places.map(({ name }) => name)],
    );
  }

  private async list(where: string, values: unknown[]): Promise<RelationInfo[]> {
    const { rows } = await this.session.query<RelationInfo>(
      `select current_database() as database, n.nspname as schema, c.relname as identifier,
              case c.relkind when 'v' then case when exists (
                      select from ${this.options.state}.versioned_views as v
                      where v.relation_schema = n.nspname and v.relation_name = c.relname) then 'table' else 'view' end
                  when 'm' then 'materialized_view' when 'f' then 'external'
                  else 'table' end as type
       from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
       where c.relkind in ('r', 'p', 'v', 'm', 'f') and ${where}
       order by c.relname`,
      values,
    );
    return rows;
  }
}

function infoType(kind: 'table' | 'view' | 'materialized view'): RelationInfo['type'] {
  return kind === 'materialized view' ? 'materialized_view' : kind;
}

function sqlKind(type: RelationInfo['type']): string {
  return type === 'materialized_view' ? 'materialized view' : type === 'external' ? 'foreign table' : type;
}
