import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createKey } from '../../src/access/key-store.js';
import { RoleBook } from '../../src/access/role-book.js';
import { searchQuery } from '../../src/query/search-query.js';
import { publishFixture, type Fixture } from './support/publish-fixture.js';
import { post, serveFixture, type Answer, type Served } from './support/serve-fixture.js';

/** Customer 9 was merged into 4, and 8 into 9 before; 5 is somebody else, of another store. */
const people: Fixture = {
  sdl: `
    type Customer implements Node @relation(model: "customers", key: ["customer_id"], moved: "customer_moves") {
      id: ID!
      customerId: BigInt!
      fullName: String @pii(kind: NAME)
      phone: String @pii(kind: PHONE)
      asOf(at: DateTime!): Past @one(call: "unified.customers_as_of", on: ["customer_id"])
      formerIds: [Former!]! @many(on: ["customer_id"], order: ["previous_customer_id"], aggregate: false)
    }
    type Past @relation(model: "customer_states", key: ["customer_id"]) {
      asOfAt: DateTime!
      fullName: String @pii(kind: NAME)
      phone: String @pii(kind: PHONE)
    }
    type Former @relation(model: "customer_moves", key: ["previous_customer_id"]) {
      customerId: BigInt! @column(name: "previous_customer_id")
    }
    input CustomerBy @oneOf { id: ID customerId: BigInt }
    type Receipt { requestId: BigInt! kind: String! state: String! }
    type Mutation { rollback(generation: BigInt): Receipt! }
    extend type Query {
      customer(by: CustomerBy!): Customer @one
      customerById(id: ID!): Customer @one
      searchCustomers(text: String! @where(column: "search", op: SEARCH)): [Customer!]! @many(order: ["customer_id"])
    }`,
  models: {
    customers: `select * from (values
        (4::bigint, 'Nguyễn Thị Ánh', '+84912345678', 'S1', array_to_tsvector(array['nguyen','thi','anh','anh.nguyen@example.com','84912345678','0912345678','912345678','o000465','s04-0000040'])),
        (5, 'Trần Đức', null, 'S2', array_to_tsvector(array['tran','duc','25000000328','66812345678','0812345678','812345678'])),
        (6, null, null, 'S1', null)) as c (customer_id, full_name, phone, store_id, search)`,
    customer_states: `select 4::bigint as customer_id, timestamptz '2026-01-01' as as_of_at, 'now' as full_name, '+84912345678' as phone, 'S1' as store_id`,
    customer_moves: `select * from (values (8::bigint, 4::bigint), (9, 4)) as m (previous_customer_id, customer_id)`,
  },
  keys: { customers: ['customer_id'], customer_moves: ['previous_customer_id'] },
};

let served: Served;

beforeAll(async () => {
  served = await serveFixture({
    roles: new RoleBook([
      { name: 'store', row_filters: { store_id: 'store' }, unfiltered: ['customer_moves'] },
      { name: 'masked', masks: { phone: 'null' } },
      { name: 'agent', masks: { phone: 'null' }, may: ['lookup'] },
    ]),
  });
  await served.home.test.query(`
    create schema unified;
    create function unified.customers_as_of(as_of timestamptz)
    returns table (customer_id bigint, as_of_at timestamptz, full_name text, phone text, store_id text)
    language sql stable as $$
      select c.id, $1, c.name, '+84912345678', c.store
      from (values (4::bigint, 'Ánh', 'S1', timestamptz '2020-01-01'), (5, 'Đức', 'S2', '2025-06-01')) as c (id, name, store, since)
      where c.since <= $1
    $$`);
  await publishFixture(served.home, people);
  await served.published();
});
afterAll(() => served.close());

const as = async (role: string, query: string): Promise<Answer> => {
  const { text } = await createKey(served.home, { name: role, roles: [role], claims: { store: 'S2' } });
  return post(served.api.url, text, { query });
};

describe('a number that was given up in a merge', () => {
  test.each([
    ['customer(by: {customerId: "9"})'],
    ['customer(by: {id: "Customer:8"})'],
    ['customer(by: {id: "9"})'],
    ['customerById(id: "Customer:9")'],
    ['customer(by: {customerId: "4"})'],
    ['node(id: "Customer:9")'],
  ])('%s finds the customer it leads to', async (field) => {
    const { body } = await served.ask(
      `{ found: ${field} { ... on Customer { customerId formerIds { customerId } } } }`,
    );
    expect(body).toEqual({
      data: { found: { customerId: '4', formerIds: [{ customerId: '8' }, { customerId: '9' }] } },
    });
  });

  test('leads nowhere that the caller may not see, and a number nobody had finds nobody', async () => {
    const query =
      '{ a: customer(by: {customerId: "9"}) { customerId } b: customer(by: {customerId: "5"}) { customerId } }';
    expect((await as('store', query)).body).toEqual({ data: { a: null, b: { customerId: '5' } } });
    expect((await served.ask('{ customer(by: {customerId: "7"}) { customerId } }')).body).toEqual({
      data: { customer: null },
    });
  });
});

describe('a search', () => {
  const found = async (text: string): Promise<unknown> => {
    const { body } = await served.ask(
      'query($text: String!) { searchCustomers(text: $text) { customerId } }',
      {
        text,
      },
    );
    expect(body.errors, JSON.stringify(body)).toBeUndefined();
    return (body.data?.['searchCustomers'] as { customerId: string }[]).map(({ customerId }) => customerId);
  };
  test.each([
    ['Nguyễn Ánh', ['4']],
    ['anh nguyen', ['4']],
    ['Nguyễn Ánh'.normalize('NFD'), ['4']],
    ['NGUY', ['4']],
    ['đức', ['5']],
    ['duc tran', ['5']],
    ['nguyen duc', []],
    ['anh.nguyen@example.com', ['4']],
    ['ANH.NGUYEN@EXAMPLE.COM', ['4']],
    ['anh.ngu', ['4']],
    ['0912345678', ['4']],
    ['0912 345 678', ['4']],
    ['+84 912-345-678', ['4']],
    ['0084912345678', ['4']],
    ['(0912) 345', ['4']],
    ['912 345 678', ['4']],
    ['+66 81 234 5678', ['5']],
    ['081 234 5678', ['5']],
    ['66812345678', ['5']],
    ['ánh 0912345678', ['4']],
    ['duc 0912345678', []],
    ['O000465', ['4']],
    ['S04-0000040', ['4']],
    ['S04', ['4']],
    ['25000000328', ['5']],
    ['', []],
    ['   ', []],
    ['%', []],
    ["' | 'tran", ['5']],
    ['& ! ( ) : * <->', []],
    ["\\'tran\\", ['5']],
    ['x'.repeat(100_000), []],
    ['🙂', []],
  ])('for %j finds %j', async (text, expected) => {
    expect(await found(text)).toEqual(expected);
  });

  test('is refused with NUL or half a surrogate pair, and never a fault of PostgreSQL', async () => {
    for (const text of ['a\0', '\ud800']) {
      const { body } = await served.ask(
        'query($text: String!) { searchCustomers(text: $text) { customerId } }',
        { text },
      );
      expect(body.errors?.[0]?.extensions['code']).toBe('QUERY_ARGUMENT');
    }
  });

  test('any text makes a query that PostgreSQL reads', async () => {
    const texts = Array.from({ length: 300 }, (_, seed) =>
      Array.from({ length: 1 + (seed % 12) }, (_, n) =>
        String.fromCodePoint(32 + ((seed * 7919 + n * 104_729) % 900)),
      ).join(''),
    );
    const queries = texts.map(searchQuery).filter((query) => query !== null);
    const rows = await served.home.test.query(
      `select count(q::tsquery)::int as n from jsonb_array_elements_text('${JSON.stringify(queries).replaceAll("'", "''")}') q`,
    );
    expect(rows[0]?.['n']).toBe(queries.length);
  });

  test('looks into what is masked, so a role with masks needs the right to look up', async () => {
    const query = '{ searchCustomers(text: "0912345678") { customerId phone } }';
    expect((await as('masked', query)).body.errors?.[0]?.extensions['code']).toBe('QUERY_FORBIDDEN');
    expect((await as('agent', query)).body.data).toEqual({
      searchCustomers: [{ customerId: '4', phone: null }],
    });
    expect((await as('store', query)).body.data).toEqual({ searchCustomers: [] });
  });
});

describe('a customer as of a moment', () => {
  const query = `query($at: DateTime!) {
    a: customer(by: {customerId: "9"}) { asOf(at: $at) { asOfAt fullName phone } }
    b: customer(by: {customerId: "5"}) { asOf(at: $at) { fullName } }
  }`;

  test('is what the function says of them, nothing before anybody saw them, and by a number given up too', async () => {
    const { body } = await served.ask(query, { at: '2025-01-01T07:00:00+07:00' });
    expect(body).toEqual({
      data: {
        a: { asOf: { asOfAt: '2025-01-01T00:00:00+00:00', fullName: 'Ánh', phone: '+84912345678' } },
        b: { asOf: null },
      },
    });
    const later = await served.ask(query, { at: '2025-06-01T00:00:00Z' });
    expect(later.body.data?.['b']).toEqual({ asOf: { fullName: 'Đức' } });
  });

  test('is masked like the customer, and filtered like one', async () => {
    const asked =
      '{ customers: searchCustomers(text: "84912345678") { asOf(at: "2025-06-01T00:00:00Z") { phone } } }';
    expect((await as('agent', asked)).body.data).toEqual({ customers: [{ asOf: { phone: null } }] });
    const own = '{ customer(by: {customerId: "5"}) { asOf(at: "2025-06-01T00:00:00Z") { fullName } } }';
    expect((await as('store', own)).body.data).toEqual({ customer: { asOf: { fullName: 'Đức' } } });
  });

  test('needs a moment that is one', async () => {
    for (const at of ['', 'yesterday', '2025-13-01T00:00:00Z', 'infinity']) {
      const { body } = await served.ask(query, { at });
      expect(body.errors?.[0]?.extensions['code'], at).toBe('BAD_USER_INPUT');
    }
    expect(
      (await served.ask('{ customer(by: {customerId: "4"}) { asOf { phone } } }')).body.errors?.[0],
    ).toMatchObject({
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    });
  });
});

describe('a rollback', () => {
  test('is asked for by a request row, and only of a generation that is kept', async () => {
    const refused = await served.ask('mutation { rollback { kind } }');
    expect(refused.body.errors?.[0]).toMatchObject({
      message: 'An earlier generation is not kept, or is the current one.',
      extensions: { code: 'BAD_USER_INPUT' },
    });
    const generation = await publishFixture(served.home, people);
    const { body } = await served.ask('mutation { rollback { kind state } }');
    expect(body).toEqual({ data: { rollback: { kind: 'rollback', state: 'waiting' } } });
    const rows = await served.home.test.query("select args from thau.requests where kind = 'rollback'");
    expect(rows).toEqual([{ args: { to: Number(generation) - 1 } }]);
    expect((await as('masked', 'mutation { rollback { kind } }')).status).toBe(403);
  });
});

describe('lineage', () => {
  test('tells where columns come from, both ways', async () => {
    const generation = String(
      (await served.home.test.query('select generation from thau.pointer'))[0]?.['generation'],
    );
    const from = [
      ['model.shop.stg_contacts', 'name'],
      ['source.shop.crm.contacts', 'name'],
    ];
    await served.home.test.query(
      `insert into thau.artifacts (generation, kind, content) values
         (${generation}, 'lineage', '${JSON.stringify({ 'model.shop.customers': { full_name: from, customer_id: [] } })}'),
         (${generation}, 'manifest', '${JSON.stringify({ nodes: [{ unique_id: 'model.shop.customers', depends_on: ['model.shop.stg_contacts', 'source.shop.crm.contacts'] }] })}')`,
    );
    const { body } = await served.ask(
      `{ warehouse {
           model(name: "customers") { dependsOn columns { name derivedFrom } }
           lineage(filter: {fromModel: {eq: "crm.contacts"}}) { nodes { model column fromColumn } }
           tests { nodes { name } }
         } }`,
    );
    expect(body.errors).toBeUndefined();
    const warehouse = body.data?.['warehouse'] as {
      model: { dependsOn: string[]; columns: { name: string; derivedFrom: string[] }[] };
    };
    expect(warehouse).toMatchObject({
      lineage: { nodes: [{ model: 'customers', column: 'full_name', fromColumn: 'name' }] },
      tests: { nodes: [] },
    });
    expect(warehouse.model.dependsOn).toEqual(['crm.contacts', 'stg_contacts']);
    expect(warehouse.model.columns.slice(0, 2)).toEqual([
      { name: 'customer_id', derivedFrom: [] },
      { name: 'full_name', derivedFrom: ['crm.contacts.name', 'stg_contacts.name'] },
    ]);
  });
});
