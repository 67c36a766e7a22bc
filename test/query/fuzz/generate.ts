import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isObjectType,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLNamedType,
} from 'graphql';
import type { BoundField } from '../../../src/schema/bound-schema.js';
import type { Random } from './random.js';
import type { Reference } from './reference.js';

export interface Generated {
  readonly text: string;
  readonly variables: Record<string, unknown>;
}

/** Roots over thau's own tables have nothing to do with rows in memory. */
const leftOut = new Set(['warehouse', 'metrics', 'metricCatalog', 'metric', 'avg']);

/** Writes random documents over the schema: aliases, fragments, directives, variables, arguments of every kind. */
export class Generator {
  readonly #variables = new Map<string, { readonly type: string; readonly value: unknown }>();
  readonly #fragments: string[] = [];
  #fields = 0;
  #names = 0;

  constructor(
    readonly random: Random,
    readonly reference: Reference,
  ) {}

  document(): Generated {
    const query = this.reference.schema.getQueryType();
    if (!query) throw new Error('no Query');
    const selection = this.#selection(query, 0);
    const variables = [...this.#variables];
    const declared = variables.map(([name, { type }]) => `$${name}: ${type}`);
    const head = declared.length > 0 ? `query Fuzz(${declared.join(', ')}) ` : '';
    return {
      text: [`${head}${selection}`, ...this.#fragments].join('\n'),
      variables: Object.fromEntries(variables.map(([name, { value }]) => [name, value])),
    };
  }

  #selection(type: GraphQLNamedType, depth: number): string {
    const { random } = this;
    const lines: string[] = [];
    const count = 1 + random.below(depth > 3 ? 2 : 5);
    for (let index = 0; index < count; index++) lines.push(this.#member(type, depth));
    if (random.chance(0.15)) lines.push('__typename');
    return `{ ${lines.join(' ')} }`;
  }

  #member(type: GraphQLNamedType, depth: number): string {
    const { random } = this;
    const { schema } = this.reference;
    if (isAbstractType(type) && random.chance(0.6)) {
      const possible = random.pick(schema.getPossibleTypes(type));
      return `... on ${possible.name}${this.#directive()} ${this.#selection(possible, depth)}`;
    }
    if (isObjectType(type) && depth < 5 && random.chance(0.12)) {
      const name = `F${this.#names++}`;
      const selection = this.#selection(type, depth + 1);
      this.#fragments.push(`fragment ${name} on ${type.name} ${selection}`);
      return `...${name}${this.#directive()}`;
    }
    if (random.chance(0.06)) return `...${this.#directive()} ${this.#selection(type, depth)}`;
    const fields = 'getFields' in type && !isInputObjectType(type) ? Object.values(type.getFields()) : [];
    const usable = (fields as GraphQLField<unknown, unknown>[]).filter(
      (field) => !leftOut.has(field.name) && (depth < 6 || isLeafType(getNamedType(field.type))),
    );
    if (usable.length === 0 || this.#fields > 60) return '__typename';
    this.#fields++;
    return this.#field(type.name, random.pick(usable), depth);
  }

  #field(parent: string, field: GraphQLField<unknown, unknown>, depth: number): string {
    const { random } = this;
    const named = getNamedType(field.type);
    const alias = random.chance(0.2) ? `${random.pick(['a', 'b', 'c', 'fullName'])}: ` : '';
    const bound = this.reference.bound.types[parent]?.fields[field.name];
    const args = field.args.flatMap((arg) => {
      const isRequired = getNullableType(arg.type) !== arg.type;
      if (!isRequired && !random.chance(0.3)) return [];
      const value = this.#argument(arg.name, arg.type, bound);
      return value === undefined ? [] : [`${arg.name}: ${value}`];
    });
    // a cursor belongs to the field's own order
    if (args.some((arg) => arg.startsWith('orderBy:'))) {
      for (let index = args.length - 1; index >= 0; index--) {
        if (/^(after|before):/.test(args[index] ?? '')) args.splice(index, 1);
      }
    }
    const written = args.length > 0 ? `(${args.join(', ')})` : '';
    const below = isLeafType(named) ? '' : ` ${this.#selection(named, depth + 1)}`;
    return `${alias}${field.name}${written}${this.#directive()}${below}`;
  }

  #directive(): string {
    const { random } = this;
    if (!random.chance(0.08)) return '';
    const name = random.pick(['skip', 'include']);
    const value = random.chance(0.5);
    if (random.chance(0.5)) return ` @${name}(if: ${value})`;
    return ` @${name}(if: ${this.#variable('Boolean!', value)})`;
  }

  #variable(type: string, value: unknown): string {
    const name = `v${this.#variables.size}`;
    this.#variables.set(name, { type, value });
    return `$${name}`;
  }

  #argument(name: string, type: GraphQLInputType, bound: BoundField | undefined): string | undefined {
    const { random } = this;
    let value: unknown;
    if (name === 'first' || name === 'last') value = random.below(8);
    else if (name === 'after' || name === 'before') value = this.#cursor(bound);
    else if (name === 'ids') value = [this.#globalId(), this.#globalId()];
    else if (name === 'id' && bound?.kind === 'node') value = this.#globalId();
    else
      value = this.#value(type, bound?.kind === 'many' || bound?.kind === 'aggregate' ? bound.target : '', 0);
    if (value === undefined) return undefined;
    if (random.chance(0.4)) return this.#variable(String(type), plain(value));
    return literal(value);
  }

  /** A cursor of the field's own order; any row's will do. */
  #cursor(bound: BoundField | undefined): string | undefined {
    if (bound?.kind !== 'many') return undefined;
    const rows = this.reference.related(bound.target, undefined, [], undefined);
    if (rows.length === 0) return undefined;
    return this.reference.cursor(this.random.pick(rows), this.reference.terms(bound, undefined));
  }

  #globalId(): string {
    const name = this.random.pick(['Customer', 'Order', 'Call', 'Customer', 'Score', 'Nobody']);
    return `${name}:${this.random.below(14)}`;
  }

  #value(type: GraphQLInputType, target: string, depth: number): unknown {
    const { random } = this;
    const bare = getNullableType(type);
    if (isListType(bare)) {
      const item = bare.ofType;
      const size = random.below(3);
      return Array.from({ length: size }, () => this.#value(item, target, depth + 1));
    }
    if (isEnumType(bare)) return new EnumValue(random.pick(bare.getValues()).name);
    if (isInputObjectType(bare)) return this.#object(bare, target, depth);
    switch (bare.name) {
      case 'Int':
        return random.below(13);
      case 'Float':
        return random.below(20) / 8;
      case 'Boolean':
        return random.chance(0.5);
      case 'ID':
        return random.pick(['Customer:3', '5', 'Order:7', 'Call:9', 'nobody', '11']);
      case 'Decimal':
        return random.pick(['105', '24691.34', '0', '1e3']);
      case 'BigInt':
        return String(random.below(40));
      case 'DateTime':
        return random.pick([
          '2025-03-04T00:00:00Z',
          '2025-01-05T11:00:00.123456+00:00',
          '2025-04-02T07:00:00+07:00',
        ]);
      case 'Date':
        return random.pick(['1980-03-05', '2025-03-15', '2025-03-20']);
      case 'EmailAddress':
        return `c${random.below(14)}@example.com`;
      case 'PhoneNumber':
        return `+8491234567${1 + random.below(9)}`;
      default:
        return random.pick([
          'churn',
          'ltv',
          'Huế',
          'nguyen',
          'web',
          'phone',
          'champions',
          'CRM-3',
          '%n%',
          'a',
          'Đ',
        ]);
    }
  }

  #object(type: GraphQLInputObjectType, target: string, depth: number): unknown {
    const { random } = this;
    // what lies near now changes while it is compared
    const fields = Object.values(type.getFields()).filter(({ name }) => name !== 'inLast');
    const bound = this.reference.bound.types[target]?.fields ?? {};
    const of = (name: string): string => {
      const field = bound[name];
      return field?.kind === 'one' || field?.kind === 'many' ? field.target : target;
    };
    const count = type.isOneOf ? 1 : 1 + random.below(2);
    const value: Record<string, unknown> = {};
    for (let index = 0; index < count; index++) {
      const field = random.pick(fields);
      const isDeep = isInputObjectType(getNamedType(field.type));
      if (isDeep && depth > 3) continue;
      // null counts as not written
      if (!type.isOneOf && random.chance(0.05)) value[field.name] = null;
      else if (field.name === 'between') {
        const item = (getNullableType(field.type) as { ofType: GraphQLInputType }).ofType;
        value[field.name] = [this.#value(item, target, depth), this.#value(item, target, depth)];
      } else value[field.name] = this.#value(field.type, of(field.name), depth + 1);
    }
    return value;
  }
}

class EnumValue {
  constructor(readonly name: string) {}
}

/** As a variable's JSON. */
function plain(value: unknown): unknown {
  if (value instanceof EnumValue) return value.name;
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}

/** As GraphQL writes it. */
function literal(value: unknown): string {
  if (value instanceof EnumValue) return value.name;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, part]) => `${name}: ${literal(part)}`)
    .join(', ')}}`;
}
