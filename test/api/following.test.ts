import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publishFixture, shop, type Fixture } from './support/publish-fixture.js';
import { serveFixture, type Served } from './support/serve-fixture.js';

let served: Served;
const told: string[] = [];

beforeAll(async () => {
  const tell = (message: string): number => told.push(message);
  // nothing remembered: each answer shows what a statement found
  served = await serveFixture({ cacheBytes: 0 }, { info: tell, warn: tell, error: tell });
});
afterAll(() => served.close());

const named = (name: string): Fixture => ({
  ...shop,
  models: { ...shop.models, customers: `select 1 as customer_id, '${name}' as full_name` },
});
const query = '{ customer(id: "Customer:1") { fullName } }';
const name = async (): Promise<unknown> => {
  const { body, status } = await served.ask(query);
  return body.data?.['customer'] ?? status;
};
const ready = async (): Promise<{ status: number; body: Record<string, unknown> }> => {
  const response = await fetch(`${served.api.url}/health/ready`);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

describe('the API', () => {
  test('says that nothing is published, and that it is not ready', async () => {
    const { status, body, headers } = await served.ask(query);
    expect(status).toBe(503);
    expect(headers.get('retry-after')).toBe('5');
    expect(body.errors?.[0]?.extensions['code']).toBe('UNAVAILABLE');
    expect(await ready()).toMatchObject({ status: 503, body: { status: 'not ready', generation: null } });
    expect((await fetch(`${served.api.url}/health/live`)).status).toBe(200);
  });

  test('follows a publish without a restart', async () => {
    const generation = await publishFixture(served.home, named('first'));
    await expect.poll(name).toEqual({ fullName: 'first' });
    expect(await ready()).toMatchObject({ status: 200, body: { status: 'ready', generation } });
    await publishFixture(served.home, named('second'));
    await expect.poll(name).toEqual({ fullName: 'second' });
  });

  test('answers from the new generation when the notification was lost', async () => {
    await publishFixture(served.home, named('third'));
    await expect.poll(name).toEqual({ fullName: 'third' });
    const { database } = served.home;
    const quiet = await publishFixture(served.home, named('quiet'));
    await expect.poll(name).toEqual({ fullName: 'quiet' });
    // back to the generation before, as a rollback would, and nobody is told
    await database.query('update thau.pointer set generation = generation - 1');
    expect(await name()).toEqual({ fullName: 'third' });
    await database.query('update thau.pointer set generation = $1', [quiet]);
    expect(await name()).toEqual({ fullName: 'quiet' });
  });

  test('breaks no request while generations come and go', async () => {
    await publishFixture(served.home, named('0'));
    await expect.poll(name).toEqual({ fullName: '0' });
    let publishing = true;
    const asking = Array.from({ length: 4 }, async () => {
      const answers = new Set<unknown>();
      while (publishing) answers.add(await name());
      return answers;
    });
    for (let count = 1; count <= 8; count += 1) {
      const generation = await publishFixture(served.home, named(String(count)));
      // the build's garbage goes at once, which is sooner than it ever would
      await served.home.database.query(`drop schema unified__r${Number(generation) - 1} cascade`);
    }
    publishing = false;
    for (const answers of await Promise.all(asking)) {
      for (const answer of answers)
        expect(answer).toMatchObject({ fullName: expect.stringMatching(/^\d$/) as string });
    }
  });

  test('serves fields that a publish brought, and refuses those it took', async () => {
    const renamed: Fixture = {
      ...named('x'),
      sdl: shop.sdl.replace('fullName: String', 'knownAs: String @column(name: "full_name")'),
    };
    await served.ask(query);
    await publishFixture(served.home, renamed);
    await expect
      .poll(async () => (await served.ask('{ customer(id: "Customer:1") { knownAs } }')).body.data)
      .toEqual({ customer: { knownAs: 'x' } });
    const { body } = await served.ask(query);
    expect(body.errors?.[0]?.message).toContain('Cannot query field "fullName"');
  });

  test('stays with the generation before when one cannot be loaded, and says so', async () => {
    await publishFixture(served.home, named('good'));
    await expect.poll(name).toEqual({ fullName: 'good' });
    const bad = await publishFixture(served.home, { ...shop, sdl: 'type Query { broken: Nothing }' });
    await expect.poll(async () => (await ready()).body['current']).toBe(false);
    await publishFixture(served.home, named('better'));
    await expect.poll(name).toEqual({ fullName: 'better' });
    expect((await ready()).body['generation']).toBe(String(Number(bad) + 1));
    expect(told).toContain(`generation ${bad} refused: the one before goes on answering`);
    expect(told).toContain(`generation ${Number(bad) + 1} loaded`);
  });

  test('follows again after the connection that listens was ended', async () => {
    await served.home.test.query(
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity
       where datname = current_database() and application_name like 'thau%' and pid <> pg_backend_pid()`,
    );
    await publishFixture(served.home, named('after the restart'));
    await expect.poll(name, { timeout: 10_000 }).toEqual({ fullName: 'after the restart' });
  });
});
