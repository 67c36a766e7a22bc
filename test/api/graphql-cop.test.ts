import { afterAll, beforeAll, expect, test } from 'vitest';
import { publishFixture, shop } from './support/publish-fixture.js';
import { post, serveFixture, type Served } from './support/serve-fixture.js';

/** What https://github.com/dolevf/graphql-cop looks for, one by one, on a server as production has it. */
let served: Served;

beforeAll(async () => {
  served = await serveFixture({ suggestions: false });
  await publishFixture(served.home, shop);
  await served.published();
});
afterAll(() => served.close());

const repeated = (text: (n: number) => string, count: number): string =>
  Array.from({ length: count }, (_, n) => text(n)).join(' ');
const refused = async (query: string): Promise<void> => {
  const { status, body, text } = await served.ask(query);
  expect(status, text).toBe(400);
  expect(body.data, text).toBeUndefined();
  expect(body.errors?.[0]?.extensions['code'], text).toBe('LIMIT_EXCEEDED');
};

test('alias overloading: 101 aliases', () => refused(`{ ${repeated((n) => `alias${n}: __typename`, 101)} }`));

test('array-based query batching: ten of them', async () => {
  const batch = Array.from({ length: 10 }, () => ({ query: '{ __typename }' }));
  const { status, body } = await post(served.api.url, served.key, batch);
  expect([status, body.data]).toEqual([400, undefined]);
});

test('directive overloading', () => refused(`{ __typename ${'@include(if: true) '.repeat(101)} }`));

test('field duplication: 500 of one', () => refused(`{ ${'__typename '.repeat(500)} }`));

test('circular introspection', async () => {
  const { body } = await served.ask(
    `{ __schema { types ${'{ fields { type '.repeat(4)}{ name }${' } }'.repeat(4)} } }`,
  );
  expect(body).toMatchObject({ errors: [{ message: 'Maximum introspection depth exceeded' }] });
  expect(body.data).toBeUndefined();
});

test.each([
  ['GET', `?query=${encodeURIComponent('mutation { cancelRun(runId: "1") { requestId } }')}`, 405],
  ['POST', `?query=${encodeURIComponent('{ __typename }')}`, 400],
])('mutations and queries where they do not belong: %s %s', async (method, search, status) => {
  const response = await fetch(`${served.api.url}/graphql${search}`, {
    method,
    headers: { 'x-api-key': served.key },
  });
  expect(response.status).toBe(status);
  expect(await response.text()).not.toContain('"data"');
});

test('POST of a form', async () => {
  const response = await fetch(`${served.api.url}/graphql`, {
    method: 'POST',
    headers: { 'x-api-key': served.key },
    body: new URLSearchParams({ query: '{ __typename }' }),
  });
  expect([response.status, (await response.text()).includes('"data"')]).toEqual([400, false]);
});

test('traces in answers', async () => {
  const { body } = await served.ask('{ __typename }', {}, { 'apollo-federation-include-trace': 'ftv1' });
  expect(body).toEqual({ data: { __typename: 'Query' } });
});

test('suggestions of names, in a message', async () => {
  const { text } = await served.ask('{ custome { id } customers { node { fullNam } } directive }');
  expect(text).toContain('Cannot query field');
  expect(text).not.toMatch(/Did you mean|customers\b.*\?|fullName/);
});

test('stacks and other words of a server in development', async () => {
  for (const query of [
    '{ __typename ',
    '{ customers(first: "x") { nodes { id } } }',
    'query ($a: Nothing) { __typename }',
  ]) {
    const { text } = await served.ask(query);
    expect(text).not.toMatch(/stacktrace|exception|node_modules|\.ts|\.js/);
  }
});

test('an editor, or the schema, without a key', async () => {
  const open = await post(served.api.url, undefined, { query: '{ __schema { types { name } } }' });
  expect([open.status, open.body.data]).toEqual([401, undefined]);
  // the editor is a page alone: what it shows it asks for with the caller's key
  expect(await (await fetch(`${served.api.url}/graphiql`)).text()).not.toContain('fullName');
});

test('an error that nobody expected', async () => {
  const { status, body } = await served.ask('qwerty { abc }');
  expect([status, body.errors?.[0]?.extensions['code']]).toEqual([200, 'GRAPHQL_PARSE_FAILED']);
});
