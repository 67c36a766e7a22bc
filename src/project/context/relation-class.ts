import { Dict } from '../../jinja/values/dict.js';
import type { Call } from '../../jinja/values/call.js';
import { HostFunction } from '../../jinja/values/host-function.js';
import { HostObject } from '../../jinja/values/host-object.js';
import type { Value } from '../../jinja/values/value.js';
import type { RelationName } from './database-adapter.js';
import { flags, pathOf, type RelationPart, type RelationPath } from './relation-parts.js';
import { RelationValue, type RelationType } from './relation-value.js';

/** `api.Relation`: makes relations, and names their types. */
export class RelationClass extends HostObject {
  readonly typeName = 'type';

  /** `standing` says, while something runs, which relation stands for a name of a node's. */
  constructor(
    readonly quote: Readonly<Record<RelationPart, boolean>>,
    readonly standing: (name: RelationName) => RelationName | null = () => null,
  ) {
    super();
  }

  override getAttribute(name: string): Value | undefined {
    switch (name) {
      case 'create':
        return new HostFunction('create', (call) => this.#create(call));
      case 'create_from_source':
      case 'create_from':
        return new HostFunction(name, (call) => this.#createFrom(call));
      case 'Table':
        return 'table';
      case 'View':
        return 'view';
      case 'MaterializedView':
        return 'materialized_view';
      case 'External':
        return 'external';
      case 'CTE':
        return 'cte';
    }
    return undefined;
  }

  #create(call: Call): Value {
    const type = call.kwargs.get('type');
    const quote = call.kwargs.get('quote_policy');
    const given = { database: null, schema: null, identifier: null, ...pathOf(call.kwargs) };
    const path = this.#resolve(given);
    return new RelationValue({
      path,
      type: typeof type === 'string' ? (type as RelationType) : null,
      quote: quote instanceof Dict ? { ...this.quote, ...flags(quote) } : this.quote,
    });
  }

  #resolve(path: RelationPath): RelationPath {
    const { database, schema, identifier } = path;
    if (schema === null || identifier === null) return path;
    return this.standing({ database, schema, identifier }) ?? path;
  }

  #createFrom(call: Call): Value {
    const node = call.args.at(-1) ?? null;
    const text = (key: string): string | null => {
      const value =
        node instanceof Dict ? node.get(key) : node instanceof HostObject ? node.getItem(key) : null;
      return typeof value === 'string' ? value : null;
    };
    const path = this.#resolve({
      database: text('database'),
      schema: text('schema'),
      identifier: text('identifier') ?? text('alias') ?? text('name'),
    });
    return new RelationValue({ path, quote: this.quote });
  }

  override repr(): string {
    return "<class 'PostgresRelation'>";
  }
}
