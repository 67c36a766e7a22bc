import {
  BreakingChangeType,
  buildASTSchema,
  findBreakingChanges,
  findDangerousChanges,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  parse,
  type GraphQLSchema,
} from 'graphql';

/** What one difference between two schemas means for those who ask by the first. */
export interface SchemaChange {
  /**
   * `breaking`: a document that was valid may no longer be, or an answer no longer fits its types. `retired`: the same,
   * of something that the first schema had marked `@deprecated`. `dangerous`: valid still, but the answer may surprise.
   * `safe`: nothing that was asked before changes.
   */
  readonly level: 'breaking' | 'retired' | 'dangerous' | 'safe';
  /** graphql-js' name of it (`FIELD_REMOVED`), or `…_ADDED`, `…_DEPRECATED`. */
  readonly type: string;
  /** A sentence. */
  readonly message: string;
}

const levels: readonly SchemaChange['level'][] = ['breaking', 'retired', 'dangerous', 'safe'];

/** Every difference between two schemas given as SDL, the worst first. */
export function schemaChanges(beforeSdl: string, afterSdl: string): readonly SchemaChange[] {
  const before = schemaOf(beforeSdl);
  const after = schemaOf(afterSdl);
  const retired = deprecations(before);
  const breaking = findBreakingChanges(before, after).map(({ type, description }): SchemaChange => {
    const level = retired.has(removedPlace(type, description)) ? 'retired' : 'breaking';
    return { level, type, message: description };
  });
  const dangerous = findDangerousChanges(before, after).map(({ type, description }): SchemaChange => ({
    level: 'dangerous',
    type,
    message: description,
  }));
  const safe = [...additions(before, after), ...newDeprecations(retired, deprecations(after))];
  return [...breaking, ...dangerous, ...safe].sort(
    (a, b) =>
      levels.indexOf(a.level) - levels.indexOf(b.level) ||
      (a.message < b.message ? -1 : a.message > b.message ? 1 : 0),
  );
}

/** Two drops need a deprecation first: of a field, and of an enum's value. graphql-js' sentences name them. */
function removedPlace(type: BreakingChangeType, description: string): string {
  if (type === BreakingChangeType.FIELD_REMOVED) return description.replace(/ was removed\.$/, '');
  if (type === BreakingChangeType.VALUE_REMOVED_FROM_ENUM) {
    return description.replace(/^(\w+) was removed from enum type (\w+)\.$/, '$2.$1');
  }
  return '';
}

const schemaOf = (sdl: string): GraphQLSchema => buildASTSchema(parse(sdl), { assumeValid: true });

/** What the second schema has more, said by asking what would break on the way back. */
function additions(before: GraphQLSchema, after: GraphQLSchema): SchemaChange[] {
  // arguments, input fields, values and members more are told of as dangerous already
  const words: Partial<Record<BreakingChangeType, string>> = {
    [BreakingChangeType.TYPE_REMOVED]: 'TYPE_ADDED',
    [BreakingChangeType.FIELD_REMOVED]: 'FIELD_ADDED',
    [BreakingChangeType.DIRECTIVE_REMOVED]: 'DIRECTIVE_ADDED',
  };
  return findBreakingChanges(after, before).flatMap(({ type, description }): SchemaChange[] => {
    const name = words[type];
    if (name === undefined || isInputObjectType(after.getType(description.split('.')[0] ?? ''))) return [];
    return [{ level: 'safe', type: name, message: description.replace(/ was removed\.$/, ' was added.') }];
  });
}

function newDeprecations(before: Deprecations, after: Deprecations): SchemaChange[] {
  return [...after]
    .filter(([place]) => !before.has(place))
    .map(([place, reason]) => ({
      level: 'safe',
      type: 'DEPRECATED',
      message: `${place} was deprecated: ${reason}`,
    }));
}

/** `Customer.city` and its reason. */
type Deprecations = ReadonlyMap<string, string>;

function deprecations(schema: GraphQLSchema): Deprecations {
  const found = new Map<string, string>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    const parts = isEnumType(type)
      ? type.getValues()
      : isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)
        ? Object.values(type.getFields())
        : [];
    for (const { name, deprecationReason } of parts) {
      if (typeof deprecationReason === 'string') found.set(`${type.name}.${name}`, deprecationReason);
    }
  }
  return found;
}
