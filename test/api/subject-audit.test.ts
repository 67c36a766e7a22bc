import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createKey } from '../../src/access/key-store.js';
import { SubjectAudit } from '../../src/api/audit/subject-audit.js';
import { RoleBook } from '../../src/access/role-book.js';
import { publishFixture, shop } from './support/publish-fixture.js';
import { post, serveFixture, type Served } from './support/serve-fixture.js';

let served: Served;

beforeAll(async () => {
  served = await serveFixture({
    auditSubject: 'customer_id',
    roles: new RoleBook([{ name: 'masked', masks: { name: 'hash' } }]),
  });
  await served.home.test.query(
    `create function greeting(id int, word text) returns text stable language sql as
       $$select word || ' ' || case id when 1 then 'Ánh' else 'Trần "Bảo"' end$$;
     create function hello() returns text stable language sql as $$select 'Nguyễn Thị Ánh'$$`,
  );
  await publishFixture(served.home, {
    ...shop,
    sdl: shop.sdl
      .replace(
        'fullName: String',
        'fullName: String @pii(kind: NAME)\n nick: Float @pii(kind: NAME)\n born: Date @pii(kind: BIRTH_DATE)\n greeting(word: String): String @call(function: "greeting")',
      )
      .replace(
        'order(id: ID!)',
        'notes: [Note!]! @many(order: ["note_id"])\n people: [Customer!]! @many(order: ["customer_id"])\n hello: String @call(function: "hello")\n order(id: ID!)',
      )
      .replace(
        'type Receipt',
        'type Note @relation(model: "notes", key: ["note_id"]) { noteId: String! words: String @pii(kind: TEXT) }\n type Receipt',
      ),
    models: {
      ...shop.models,
      customers: `select *, float8 'NaN' as nick, date '1990-01-01' + customer_id as born from (values (1, 'Nguyễn Thị Ánh'), (2, 'Trần "Bảo"'), (3, null)) as c (customer_id, full_name)`,
      notes: `select E'a"\\x01\\x02b' as note_id, 'hm' as words`,
    },
    keys: { ...shop.keys, notes: ['note_id'] },
    operations: { 'names.graphql': 'query names { people { fullName } }' },
    semantics: {
      models: [
        {
          name: 'customers',
          time: 'born',
          timeType: 'date',
          dimensions: [
            { name: 'called', expr: 'full_name', type: 'text' },
            { name: 'number', expr: 'customer_id', type: 'integer' },
          ],
        },
      ],
      metrics: [{ name: 'heads', type: 'simple', model: 'customers', agg: 'count', expr: '1', filters: [] }],
    },
  });
  await served.published();
});
afterAll(() => served.close());
beforeEach(() => served.home.test.query('truncate thau.subject_reads'));

const reads = (): Promise<readonly object[]> =>
  served.home.test.query(
    'select caller, role, operation, fields, subjects from thau.subject_reads order by read_id',
  );

describe('who reads whose personal data', () => {
  test('is written for each answer, from memory too, with the ids that it does not even show', async () => {
    const query =
      'query Names { order(id: "Order:10") { customer { fullName } } customers { nodes { fullName } } }';
    for (let time = 0; time < 2; time += 1) {
      const { body, text } = await served.ask(query);
      expect(body.data).toEqual({
        order: { customer: { fullName: 'Nguyễn Thị Ánh' } },
        customers: {
          nodes: [{ fullName: 'Nguyễn Thị Ánh' }, { fullName: 'Trần "Bảo"' }, { fullName: null }],
        },
      });
      expect(text).not.toContain('\u0002');
    }
    const read = {
      caller: 'test',
      role: 'admin',
      operation: 'Names',
      fields: ['Customer.fullName'],
      subjects: ['1', '2', '3'],
    };
    expect(await reads()).toEqual([read, read]);
  });

  test('is written for an answer with errors inside, and under a row’s own id where no subject is named', async () => {
    const { body } = await served.ask('{ people { nick } notes { words } }');
    expect(body.errors).toHaveLength(3);
    expect(body.data).toEqual({
      people: [{ nick: null }, { nick: null }, { nick: null }],
      notes: [{ words: 'hm' }],
    });
    expect(await reads()).toMatchObject([
      { fields: ['Customer.nick', 'Note.words'], subjects: ['1', '2', '3', 'Note:a"b'] },
    ]);
  });

  test('is written for flat rows, by a stream too, each time they are read', async () => {
    const get = (): Promise<Response> =>
      fetch(`${served.api.url}/q/names.csv`, { headers: { authorization: `Bearer ${served.key}` } });
    const first = await get();
    expect(await first.text()).toBe('fullName\r\nNguyễn Thị Ánh\r\n"Trần ""Bảo"""\r\n\r\n');
    expect(first.headers.get('etag')).toBeNull();
    await (await get()).text();
    expect(await reads()).toMatchObject([
      { operation: 'names', subjects: ['1', '2', '3'] },
      { operation: 'names' },
    ]);
  });

  test('is written for what shows personal data of nobody in particular', async () => {
    const kept = async (query: string): Promise<unknown> => {
      await served.home.test.query('truncate thau.subject_reads');
      const { body, text } = await served.ask(query);
      expect(body.errors).toBeUndefined();
      expect(text).not.toContain('\u0002');
      return (await reads()).map((row) => {
        const { fields, subjects } = row as { fields: string[]; subjects: string[] };
        return [fields, subjects];
      });
    };
    expect(await kept('{ customersAggregate(groupBy: [FULL_NAME]) { keys { fullName } count } }')).toEqual([
      [['Customer.fullName'], ['Customer:*']],
    ]);
    expect(await kept('{ customersAggregate { least: min { customerId born } } }')).toEqual([
      [['Customer.born'], ['Customer:*']],
    ]);
    // how many names there are, or groups of which no name is shown, is nobody's
    expect(await kept('{ customersAggregate { countDistinct { fullName } } }')).toEqual([]);
    expect(await kept('{ customersAggregate(groupBy: [FULL_NAME]) { count } }')).toEqual([]);
  });

  test('is written for figures by a personal dimension, which a role that sees it masked is refused', async () => {
    const { text: masked } = await createKey(served.home, { name: 'hashed', roles: ['masked'] });
    const figures = (rest: string): string =>
      `{ metrics(names: ["heads"], grain: YEAR, ${rest}) { called value } }`;
    const { body } = await served.ask(figures('by: ["called"], filter: {called: ["Nguyễn Thị Ánh"]}'));
    expect(body.data).toEqual({ metrics: [{ called: 'Nguyễn Thị Ánh', value: 1 }] });
    expect(await reads()).toMatchObject([{ fields: ['MetricRow.called'], subjects: ['*'] }]);
    await served.home.test.query('truncate thau.subject_reads');
    for (const rest of ['by: ["called"]', 'by: ["number"], filter: {called: ["Nguyễn Thị Ánh"]}']) {
      const refused = await post(served.api.url, masked, { query: figures(rest) });
      expect(refused.body.errors?.[0]?.extensions['code'], rest).toBe('QUERY_FORBIDDEN');
    }
    const other = await post(served.api.url, masked, { query: figures('by: ["number"]') });
    expect(other.body.data?.['metrics']).toHaveLength(3);
    expect(await reads()).toEqual([]);
  });

  test('is written for functions, which may tell anything of the row they are asked of', async () => {
    const { body } = await served.ask(
      '{ order(id: "Order:12") { customer { greeting(word: "Chào") } } hello }',
    );
    expect(body.data).toEqual({
      order: { customer: { greeting: 'Chào Trần "Bảo"' } },
      hello: 'Nguyễn Thị Ánh',
    });
    expect(await reads()).toMatchObject([
      { fields: ['Customer.greeting', 'Query.hello'], subjects: ['2', '*'] },
    ]);
  });

  test('is written for cursors, which hold what their rows are sorted by', async () => {
    const { body } = await served.ask(
      '{ customers(first: 1, orderBy: [{fullName: DESC_NULLS_LAST}]) { edges { cursor } pageInfo { endCursor } } }',
    );
    const { edges, pageInfo } = body.data?.['customers'] as {
      edges: { cursor: string }[];
      pageInfo: { endCursor: string };
    };
    expect(pageInfo.endCursor).toBe(edges[0]?.cursor);
    expect(await reads()).toMatchObject([{ fields: ['Customer.fullName'], subjects: ['2'] }]);
    const after = await served.ask(
      `{ customers(first: 1, after: "${pageInfo.endCursor}", orderBy: [{fullName: DESC_NULLS_LAST}]) { nodes { customerId } } }`,
    );
    expect(after.body.data).toEqual({ customers: { nodes: [{ customerId: 1 }] } });
    await served.home.test.query('truncate thau.subject_reads');
    await served.ask('{ customers(first: 1) { edges { cursor } } }');
    expect(await reads()).toEqual([]);
  });

  test('is kept as long as the setting says', async () => {
    const audit = new SubjectAudit({ database: served.home.database, state: served.home.state });
    await served.home.test.query(
      `insert into thau.subject_reads (read_at, caller, role, request_id, generation, fields, subjects)
       select now() - n * interval '1 day', 'c', 'r', 'i', 1, '{}', '{}' from generate_series(1, 12000) as n`,
    );
    expect(await audit.forget(11.5 * 86_400_000)).toBe(11_989);
    expect(await reads()).toHaveLength(11);
    expect(await audit.forget(11.5 * 86_400_000)).toBe(0);
  });

  test('is not written where nothing personal is shown', async () => {
    await served.ask('{ customers { nodes { customerId } } customersAggregate { count } }');
    const { text } = await createKey(served.home, { name: 'masked', roles: ['masked'] });
    const { body } = await post(served.api.url, text, { query: '{ people { fullName } }' });
    expect(body.errors).toBeUndefined();
    expect(await reads()).toEqual([]);
  });

  test('is shown to nobody when it cannot be written', async () => {
    await served.home.test.query('alter table thau.subject_reads rename to gone');
    const { status, text } = await served.ask('{ people { fullName } }');
    await served.home.test.query('alter table thau.gone rename to subject_reads');
    expect(status).toBeGreaterThanOrEqual(500);
    expect(text).not.toContain('Nguyễn');
    expect((await served.ask('{ people { fullName } }')).status).toBe(200);
  });

  test('is written whole under a hundred requests at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        served.ask(`query Q${n} { order(id: "Order:12") { customer { fullName } } }`),
      ),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    const written = (await reads()) as { operation: string; subjects: string[] }[];
    expect(new Set(written.map(({ operation }) => operation)).size).toBe(100);
    expect(written.every(({ subjects }) => subjects.join() === '2')).toBe(true);
  });
});
