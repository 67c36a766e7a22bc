import { Dict } from '../../jinja/values/dict.js';
import { HostFunction } from '../../jinja/values/host-function.js';
import { HostObject } from '../../jinja/values/host-object.js';
import { bindArguments } from '../../jinja/values/bind-arguments.js';
import type { Call } from '../../jinja/values/call.js';
import { str } from '../../jinja/values/repr.js';
import { truthy } from '../../jinja/values/truthy.js';
import type { Value } from '../../jinja/values/value.js';
import type { RelationName } from './database-adapter.js';
import { pathOf, relationParts, type RelationPart } from './relation-parts.js';

/** dbt's relation types, and `cte` for an ephemeral model. */
export type RelationType = 'table' | 'view' | 'materialized_view' | 'external' | 'cte' | 'function';

export interface RelationOptions {
  readonly path: Readonly<Record<RelationPart, string | null>>;
  readonly type?: RelationType | null;
  readonly quote?: Readonly<Record<RelationPart, boolean>>;
  readonly include?: Readonly<Record<RelationPart, boolean>>;
  /** `--empty` reads no rows: renders as a subquery with this limit. */
  readonly limit?: number | null;
  /** A batch of a microbatch model: renders as a subquery with this condition. */
  readonly condition?: string | null;
}

const all = { database: true, schema: true, identifier: true };

/** dbt's Relation: prints as its quoted name, and makes variants of itself. Immutable. */
export class RelationValue extends HostObject {
  readonly typeName = 'Relation';
  readonly path: Readonly<Record<RelationPart, string | null>>;
  readonly type: RelationType | null;
  readonly quote: Readonly<Record<RelationPart, boolean>>;
  readonly include: Readonly<Record<RelationPart, boolean>>;
  readonly limit: number | null;
  readonly condition: string | null;
  #text: string | undefined;

  constructor(options: RelationOptions) {
    super();
    this.path = options.path;
    this.type = options.type ?? null;
    this.quote = options.quote ?? all;
    this.include = options.include ?? all;
    this.limit = options.limit ?? null;
    this.condition = options.condition ?? null;
  }

  static of(name: RelationName, type: RelationType | null = null): RelationValue {
    const { database, schema, identifier } = name;
    return new RelationValue({ path: { database, schema, identifier }, type });
  }

  /** An ephemeral model, which stands for a CTE of the statement. */
  static cte(identifier: string): RelationValue {
    return new RelationValue({
      path: { database: null, schema: null, identifier },
      type: 'cte',
      quote: { database: false, schema: false, identifier: false },
    });
  }

  /** What the database is asked for. */
  name(): RelationName {
    return {
      database: this.path.database,
      schema: this.path.schema ?? '',
      identifier: this.path.identifier ?? '',
    };
  }

  /** The name alone, without the subquery of a limit or a batch. */
  qualified(): string {
    return relationParts
      .filter((part) => this.include[part] && this.path[part] !== null)
      .map((part) => this.#part(part))
      .join('.');
  }

  with(over: Partial<RelationOptions>): RelationValue {
    return new RelationValue({
      path: this.path,
      type: this.type,
      quote: this.quote,
      include: this.include,
      limit: this.limit,
      condition: this.condition,
      ...over,
    });
  }

  override toString(): string {
    return (this.#text ??= this.#render());
  }

  #render(): string {
    const name = this.qualified();
    if (this.limit === null && this.condition === null) return name;
    const where = this.condition === null ? '' : ` where ${this.condition}`;
    const limit = this.limit === null ? '' : ` limit ${this.limit}`;
    const alias = `_dbt_${this.condition === null ? 'limit' : 'et_filter'}_subq_${this.path.identifier ?? ''}`;
    // unquoted, as dbt writes it, unless the name needs quotes
    const shown = /^\w+$/.test(alias) ? alias : `"${alias.replaceAll('"', '""')}"`;
    return `(select * from ${name}${where}${limit}) ${shown}`;
  }

  #part(part: RelationPart): string {
    const text = this.path[part] ?? '';
    return this.quote[part] ? `"${text.replaceAll('"', '""')}"` : text;
  }

  override repr(): string {
    return `<PostgresRelation ${this.toString()}>`;
  }

  override get isMapping(): boolean {
    return true;
  }

  override isTrue(): boolean {
    return true;
  }

  override equals(other: Value): boolean {
    return other instanceof RelationValue && other.hashKey() === this.hashKey();
  }

  override hashKey(): string {
    return `relation:${JSON.stringify([this.path, this.type, this.quote, this.include])}`;
  }

  override toPlain(): Value {
    return this.toString();
  }

  override getItem(key: Value): Value | undefined {
    return typeof key === 'string' ? this.#field(key) : undefined;
  }

  override getAttribute(name: string): Value | undefined {
    const field = this.#field(name);
    if (field !== undefined) return field;
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
    return method && new HostFunction(name, (call) => method(this, call));
  }

  #field(name: string): Value | undefined {
    switch (name) {
      case 'database':
      case 'schema':
      case 'identifier':
        return this.path[name];
      case 'name':
      case 'table':
        return this.path.identifier;
      case 'type':
        return this.type;
      case 'path':
        return Dict.fromRecord(this.path);
      case 'quote_policy':
        return Dict.fromRecord(this.quote);
      case 'include_policy':
        return Dict.fromRecord(this.include);
      case 'is_table':
        return this.type === 'table';
      case 'is_view':
        return this.type === 'view';
      case 'is_materialized_view':
        return this.type === 'materialized_view';
      case 'is_cte':
        return this.type === 'cte';
      case 'is_function':
        return this.type === 'function';
      case 'is_pointer':
      case 'is_dynamic_table':
        return false;
      case 'can_be_renamed':
      case 'can_be_replaced':
        return this.type === 'table' || this.type === 'view';
      case 'require_alias':
        return true;
      case 'limit':
        return this.limit;
      case 'metadata':
        // dbt_utils tells a relation by this
        return Dict.fromRecord({ type: 'PostgresRelation' });
      case 'external':
      case 'catalog':
        return null;
    }
    return undefined;
  }
}

type Method = (self: RelationValue, call: Call) => Value;

const methods: Readonly<Record<string, Method>> = {
  include: (self, call) => self.with({ include: partial(self.include, call) }),
  quote: (self, call) => self.with({ quote: partial(self.quote, call) }),
  incorporate,
  // without the filters of a batch, a sample or --empty: so a template says that it wants all rows
  render: (self) => self.qualified(),
  without_identifier: (self) => self.with({ include: { ...self.include, identifier: false } }),
  without_quote: (self) => self.with({ quote: { database: false, schema: false, identifier: false } }),
  replace_path: (self, call) => self.with({ path: { ...self.path, ...pathOf(call.kwargs) } }),
  information_schema: (self, call) => {
    const [view = null] = bindArguments('information_schema', call, ['view_name']);
    return new RelationValue({
      path: {
        database: self.path.database,
        schema: 'information_schema',
        identifier: typeof view === 'string' ? view : null,
      },
      quote: { ...self.quote, schema: false, identifier: false },
    });
  },
  information_schema_only: (self) =>
    new RelationValue({
      path: { database: self.path.database, schema: 'information_schema', identifier: null },
      quote: { ...self.quote, schema: false, identifier: false },
    }),
  matches: (self, call) => {
    const [database, schema, identifier] = bindArguments('matches', call, [...relationParts]);
    const same = (wanted: Value | undefined, part: RelationPart): boolean =>
      wanted === undefined || wanted === null || wanted === self.path[part];
    return same(database, 'database') && same(schema, 'schema') && same(identifier, 'identifier');
  },
  get: (self, call) => {
    const [key = null, fallback = null] = bindArguments('get', call, ['key', 'default'], 1);
    const found = self.getItem(key);
    return found ?? fallback;
  },
  to_dict: (self) => Dict.fromRecord({ ...self.path, type: self.type }),
};

/** `include(database=false)`: the parts named change, the others stay. */
function partial(before: Readonly<Record<RelationPart, boolean>>, call: Call): Record<RelationPart, boolean> {
  const given = bindArguments('include', call, [...relationParts]);
  const result = { ...before };
  relationParts.forEach((part, index) => {
    const value = given[index];
    if (value !== undefined && value !== null) result[part] = truthy(value);
  });
  return result;
}

function incorporate(self: RelationValue, call: Call): Value {
  const { kwargs } = call;
  const path = kwargs.get('path');
  const type = kwargs.get('type');
  return self.with({
    ...(path instanceof Dict
      ? {
          path: {
            ...self.path,
            ...pathOf(new Map([...path].map(([key, value]) => [str(key), value]))),
          },
        }
      : {}),
    ...(typeof type === 'string' ? { type: type as RelationType } : {}),
  });
}
