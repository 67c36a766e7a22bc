import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { publishFixture, shop } from './support/publish-fixture.js';
import { post, serveFixture, type Served } from './support/serve-fixture.js';

let served: Served;

beforeAll(async () => {
  served = await serveFixture();
  await publishFixture(served.home, shop);
  await served.published();
});
afterAll(() => served.close());

describe('GraphQL over HTTP', () => {
  const audits = serverAudits({
    url: () => `${served.api.url}/graphql`,
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, {
        ...init,
        headers: { ...(init.headers as object), authorization: `Bearer ${served.key}` },
      }),
  });
  test.each(
    audits.filter(({ name }) => /^(MUST|SHOULD)/.test(name)).map((audit) => [audit.name, audit] as const),
  )('%s', async (_name, audit) => {
    const result = await audit.fn();
    expect(result, 'reason' in result ? result.reason : '').toMatchObject({ status: 'ok' });
  });

  test('shows its schema to introspection', async () => {
    const { body } = await served.ask(getIntrospectionQuery());
    const schema = buildClientSchema(body.data as unknown as IntrospectionQuery);
    expect(schema.getQueryType()?.getFields()).toHaveProperty('customers');
  });

  test('answers a query by GET, and refuses a mutation by GET', async () => {
    const get = (query: string): Promise<Response> =>
      fetch(`${served.api.url}/graphql?query=${encodeURIComponent(query)}`, {
        headers: { authorization: `Bearer ${served.key}`, 'apollo-require-preflight': 'true' },
      });
    expect(await (await get('{ customer(id: "Customer:1") { fullName } }')).json()).toEqual({
      data: { customer: { fullName: 'Nguyễn Thị Ánh' } },
    });
    const refused = await get('mutation { cancelRun(runId: "1") { requestId } }');
    expect(refused.status).toBe(405);
  });

  test('does not answer batches', async () => {
    const { status, body } = await post(served.api.url, served.key, [{ query: '{ __typename }' }]);
    expect(status).toBe(400);
    expect(body.errors?.[0]?.message).toBe('Operation batching disabled.');
  });

  test.each([
    ['text/plain', '{"query":"{ __typename }"}'],
    ['application/x-www-form-urlencoded', 'query=%7B__typename%7D'],
    ['multipart/form-data; boundary=x', '--x--'],
  ])('refuses a body of %s, which a page of another site could send', async (type, text) => {
    const { status, body } = await post(served.api.url, served.key, text, { 'content-type': type });
    expect(status).toBe(400);
    expect(body.errors?.[0]?.extensions['code']).toBe('BAD_REQUEST');
  });
});

describe('the lean path', () => {
  const query =
    'query Q($id: ID!) { customer(id: $id) { fullName orders { edges { node { orderedAt amount } } } } }';
  const accepts = [
    undefined,
    '*/*',
    'application/json',
    'application/json; charset=utf-8',
    'application/json, text/plain, */*',
    'application/graphql-response+json',
    'application/graphql-response+json, application/json',
    'application/graphql-response+json; charset=utf-8, application/json; charset=utf-8',
    'application/json, multipart/mixed',
    'application/json, application/graphql-response+json',
  ];
  test.each(accepts)('answers as Apollo does for Accept: %s', async (accept) => {
    // a comment makes another document, which takes the long way the first time
    const text = `${query} # ${String(accept)}`;
    const headers = accept === undefined ? {} : { accept };
    const first = await post(
      served.api.url,
      served.key,
      { query: text, variables: { id: 'Customer:1' } },
      headers,
    );
    const second = await post(
      served.api.url,
      served.key,
      { query: text, variables: { id: 'Customer:1' } },
      headers,
    );
    expect(first.status).toBe(200);
    expect(second.text).toBe(first.text);
    for (const name of ['content-type', 'cache-control']) {
      expect(second.headers.get(name), name).toBe(first.headers.get(name));
    }
    expect(second.headers.get('x-request-id')).toMatch(/./);
  });

  test.each([
    ['a variable of the wrong type', { variables: { id: { a: 1 } } }, 200],
    ['a missing variable', { variables: {} }, 200],
    ['variables that are a list', { variables: [1] }, 400],
    ['variables that are a text', { variables: '{}' }, 400],
    ['an operation that is not in the document', { variables: { id: 'x' }, operationName: 'Other' }, 200],
    ['extensions that are no object', { variables: { id: 'x' }, extensions: 1 }, 400],
    ['an id of another type', { variables: { id: 'Order:10' } }, 200],
  ])('says the same as Apollo of %s', async (_name, rest, status) => {
    const text = `${query} # faults`;
    await post(served.api.url, served.key, { query: text, variables: { id: 'Customer:1' } });
    const known = await post(served.api.url, served.key, { query: text, ...rest });
    const fresh = await post(served.api.url, served.key, { query: `${text} ${_name}`, ...rest });
    expect(known.status).toBe(status);
    expect(fresh.status).toBe(status);
    const plain = (one: typeof known): unknown =>
      JSON.parse(JSON.stringify(one.body).replace(/"requestId":"[^"]*",?/g, ''));
    expect(plain(known)).toEqual(plain(fresh));
  });

  test('gives errors inside the data as graphql-js does', async () => {
    const text = '{ order(id: "Order:12") { orderId amount } }';
    const first = await served.ask(text);
    const second = await served.ask(text);
    expect(second.text).toBe(first.text);
    expect(first.body).toMatchObject({ data: { order: null }, errors: [{ path: ['order', 'amount'] }] });
  });
});
