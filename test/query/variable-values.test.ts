import { buildSchema, getVariableValues, parse, type OperationDefinitionNode } from 'graphql';
import { expect, test } from 'vitest';
import { variableReader } from '../../src/query/variable-values.js';

const schema = buildSchema(`
  enum Size { SMALL LARGE }
  input Range { from: Int = 1, to: Int!, sizes: [Size!] }
  input One @oneOf { a: Int, b: String }
  type Query { any: Int }
`);
const { definitions } = parse(
  `query ($id: ID!, $count: Int = 3, $sure: Boolean, $price: Float, $sizes: [Size!], $range: Range, $one: One, $lists: [[Int]!]) { any }`,
);
const nodes = (definitions[0] as OperationDefinitionNode).variableDefinitions ?? [];

const values: readonly unknown[] = [
  ...[undefined, null, 0, 1, -1, 1.5, 2 ** 31, NaN, true, '', '1', 'SMALL', 'small', [], [1], ['SMALL']],
  ...[['LARGE', null], [[1, null], []], [null], {}, { to: 2 }, { from: null, to: 1 }, { to: '1' }],
  ...[{ to: 1, sizes: 'SMALL' }, { to: 1, other: 1 }, { a: 1 }, { a: 1, b: 'x' }, { a: null }],
];

test('variables are coerced, and refused, as graphql-js does it', () => {
  const read = variableReader(schema, nodes);
  const names = nodes.map((node) => node.variable.name.value);
  const asked: Record<string, unknown>[] = [{}, { id: '1' }, { id: 7, unknown: 1 }];
  for (const name of names) for (const value of values) asked.push({ id: 'x', [name]: value });
  for (const given of asked) {
    const ours = read(given);
    const theirs = getVariableValues(schema, nodes, given, { maxErrors: 20 });
    expect(ours.errors?.map(String), JSON.stringify(given)).toEqual(theirs.errors?.map(String));
    expect(ours.coerced, JSON.stringify(given)).toEqual(theirs.coerced);
    expect(Object.keys(ours.coerced ?? {})).toEqual(Object.keys(theirs.coerced ?? {}));
  }
});
