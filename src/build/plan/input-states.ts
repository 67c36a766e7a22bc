import type { Queryable } from '../../postgres/queryable.js';
import type { Manifest, SourceNode } from '../../project/manifest.js';
import type { WrittenName } from '../../sql/referenced-names.js';
import type { Generation } from '../publish/generation.js';
import { relationText } from './node-inputs.js';
import { placeholderSchema } from './planning-adapter.js';
import { readFunctions } from './read-functions.js';
import { readSourceVersions, type ReadSource } from './source-versions.js';
import type { StatementNames } from './statement-names.js';

export interface InputStatesOptions {
  readonly manifest: Manifest;
  /** thau's own schema, quoted. */
  readonly state: string;
  readonly current: Generation;
  /** See `SourceVersionOptions`. */
  readonly distrustRecent: boolean;
}

/**
 * The state of what nodes read besides each other: sources, functions, and relations that a statement names by hand.
 * The last count as sources nobody declared; a name of thau's own reads the generation that is published, and
 * PostgreSQL's catalogs tell nobody when they change.
 */
export class InputStates {
  /** By the id of a source or of a relation named by hand; undefined where sameness cannot be told. */
  readonly versions = new Map<string, string | undefined>();
  /** Those that only PostgreSQL's counters speak for. */
  readonly counted = new Set<string>();
  /** Functions that may answer differently over the same rows. */
  readonly volatile = new Set<string>();
  /** Digests of the functions that others made. */
  readonly definitions = new Map<string, string>();
  private readonly functions = new Set<string>();
  private readonly named = new Map<string, ReadSource>();
  private readonly ofServer = new Set<string>();

  constructor(private readonly options: InputStatesOptions) {}

  async readSources(database: Queryable, sources: readonly ReadSource[]): Promise<void> {
    const { versions, counted } = await readSourceVersions(database, sources, this.options);
    for (const [id, version] of versions) this.versions.set(id, version);
    for (const id of counted) this.counted.add(id);
  }

  /** Asks for what is not known yet of the names. */
  async readNames(database: Queryable, names: Iterable<StatementNames>): Promise<void> {
    const functions = new Set<string>();
    const relations = new Map<string, WrittenName>();
    for (const one of names) {
      for (const name of one.functions) if (!this.functions.has(name)) functions.add(name);
      for (const name of one.relations) {
        const id = relationId(name);
        if (name.schema !== placeholderSchema && !this.named.has(id)) relations.set(id, name);
      }
    }
    if (functions.size > 0) {
      const facts = await readFunctions(database, functions);
      for (const name of functions) this.functions.add(name);
      for (const name of facts.volatile) this.volatile.add(name);
      for (const [name, definition] of facts.definitions) this.definitions.set(name, definition);
    }
    if (relations.size > 0) await this.readNamed(database, [...relations.values()]);
  }

  /** Ids of the relations that a statement names by hand and that are none of `inputs`. */
  namedBy(names: StatementNames, inputs: readonly string[]): readonly string[] {
    const { sources } = this.options.manifest;
    const declared = new Set(
      inputs.flatMap((id) => {
        const source = sources[id];
        return source ? [`${source.schema}.${source.identifier}`] : [];
      }),
    );
    return names.relations.flatMap((name) => {
      if (name.schema === placeholderSchema) return [];
      const id = relationId(name);
      const found = this.named.get(id);
      return found && declared.has(`${found.schema}.${found.identifier}`) ? [] : [id];
    });
  }

  /** A source, or a relation named by hand. */
  source(id: string): Pick<SourceNode, 'source_name' | 'name' | 'config' | 'meta'> | undefined {
    return this.options.manifest.sources[id] ?? this.named.get(id);
  }

  isOutside(id: string): boolean {
    return this.source(id) !== undefined;
  }

  /** Whether it is PostgreSQL's own, such as `information_schema.tables`. */
  isCatalog(id: string): boolean {
    return this.ofServer.has(id);
  }

  nameOf(id: string): string {
    const source = this.source(id);
    return source ? `${source.source_name}.${source.name}` : id;
  }

  private async readNamed(database: Queryable, names: readonly WrittenName[]): Promise<void> {
    const { rows } = await database.query<{ place: number; schema: string; name: string }>(
      `select w.place::int as place, n.nspname as schema, c.relname as name
       from unnest($1::text[], $2::text[]) with ordinality as w (schema, name, place)
       join pg_class as c on c.relname = w.name
       join pg_namespace as n on n.oid = c.relnamespace
       where case when w.schema is null then pg_table_is_visible(c.oid) else n.nspname = w.schema end`,
      [names.map((name) => name.schema ?? null), names.map((name) => name.name)],
    );
    const found = new Map(rows.map((row) => [row.place - 1, row]));
    const { sources, nodes } = this.options.manifest;
    const declared = new Map(
      Object.values(sources).map((source) => [`${source.schema}.${source.identifier}`, source]),
    );
    const published = new Map(
      [...this.options.current.nodes.values()].map((mapped) => [`${mapped.schema}.${mapped.name}`, mapped]),
    );
    const own = new Set(Object.values(nodes).map((node) => `${node.schema}.${node.alias}`));
    const asked: ReadSource[] = [];
    for (const [place, name] of names.entries()) {
      const id = relationId(name);
      const row = found.get(place);
      const at = { schema: row?.schema ?? name.schema ?? '', identifier: row?.name ?? name.name };
      const key = `${at.schema}.${at.identifier}`;
      const source: ReadSource = {
        loaded_at_field: null,
        config: {},
        meta: {},
        ...declared.get(key),
        ...at,
        unique_id: id,
        source_name: at.schema,
        name: at.identifier,
      };
      this.named.set(id, source);
      if (at.schema === 'pg_catalog' || at.schema === 'information_schema') this.ofServer.add(id);
      else if (published.has(key)) this.versions.set(id, relationText(published.get(key)));
      else if (row && !own.has(key)) asked.push(source);
      if (!this.versions.has(id)) this.versions.set(id, undefined);
    }
    if (asked.length > 0) await this.readSources(database, asked);
  }
}

function relationId(name: WrittenName): string {
  return `relation ${name.schema === undefined ? '' : `${name.schema}.`}${name.name}`;
}
