import { afterAll, beforeAll, expect, test } from 'vitest';
import { bindSchema } from '../../../src/schema/bind-schema.js';
import type { Catalog } from '../../../src/schema/catalog.js';
import { shopCatalog, shopSources } from '../../schema/shop.js';
import { createTestDatabase, type TestDatabase } from '../../support/test-database.js';
import { Asker } from '../ask.js';
import { shopRows, shopTables } from '../shop-database.js';
import { difference, isValid, minimise } from './compare.js';
import { Generator } from './generate.js';
import { Random } from './random.js';
import { Reference } from './reference.js';
import { readTables } from './rows.js';

/** Documents compared; `npm run fuzz` asks for 20,000. */
const documents = Number(process.env['THAU_FUZZ_DOCUMENTS'] ?? 500);
const seed = Number(process.env['THAU_FUZZ_SEED'] ?? 20261122);

/** Values that break their types, where nothing proves that they cannot. */
const brokenRows = /* sql */ `
  alter table shop.customers alter created_at drop not null;
  alter table shop.scores alter value drop not null;
  alter table shop.orders alter status drop not null, alter ordered_at drop not null;
  alter table shop.touchpoints alter occurred_at drop not null;
  update shop.customers set churn_risk = 'NaN' where customer_id = 2;
  update shop.customers set churn_risk = 'Infinity', birth_date = 'infinity' where customer_id = 4;
  update shop.customers set created_at = null where customer_id = 5;
  update shop.customers set tags = array['ok', null], lifetime_value = 'NaN' where customer_id = 7;
  update shop.scores set value = '-Infinity' where customer_id = 3 and name = 'churn';
  update shop.scores set value = null where customer_id = 6 and name = 'ltv';
  update shop.scores set customer_id = 99 where customer_id = 8;
  update shop.orders set status = 'lost "in" space' where order_id = 4;
  update shop.orders set status = null where order_id = 9;
  update shop.orders set item_count = 3000000000 where order_id = 10;
  update shop.orders set ordered_at = 'infinity' where order_id = 11;
  update shop.touchpoints set kind = 'fax' where touchpoint_id = 5;
  update shop.touchpoints set occurred_at = null where touchpoint_id = 6;
  update shop.customers set full_name = 'NaN "infinity" {  }' where customer_id = 1;
`;

const unproven: Catalog = {
  ...shopCatalog,
  relations: shopCatalog.relations.map((relation) => ({
    ...relation,
    columns: relation.columns.map(({ acceptedValues: _, ...column }) => ({
      ...column,
      notNull: column.notNull && (/_id$/.test(column.name) || column.name === 'name'),
    })),
  })),
};

interface World {
  readonly database: TestDatabase;
  readonly asker: Asker;
  readonly reference: Reference;
}

const worlds: World[] = [];

async function world(catalog: Catalog, rows: string): Promise<World> {
  const database = await createTestDatabase();
  // so that texts sort by their bytes, as they do in the reference
  await database.query(`${shopTables.replace(/ text(?=[ ,\n])/g, ' text collate "C"')}; ${rows}; analyze`);
  const { schema } = bindSchema(shopSources, catalog);
  if (!schema) throw new Error('the shop does not bind');
  const asker = await Asker.connect(schema, database.url);
  const reference = new Reference(schema, asker.schema, await readTables(schema, database.url));
  return { database, asker, reference };
}

beforeAll(async () => {
  worlds.push(await world(shopCatalog, shopRows), await world(unproven, `${shopRows}; ${brokenRows}`));
});

afterAll(async () => {
  for (const { database, asker } of worlds) {
    await asker.end();
    await database.drop();
  }
});

test(`${documents} random documents are answered as graphql-js answers them over plain resolvers (seed ${seed})`, async () => {
  const random = new Random(seed);
  let compared = 0;
  let faulty = 0;
  while (compared < documents) {
    const { asker, reference } = worlds[compared % 2] as World;
    const generated = new Generator(random, reference).document();
    if (!isValid(asker, generated)) continue;
    compared++;
    const differs = await difference(asker, reference, generated);
    if (differs !== undefined) {
      const small = await minimise(asker, reference, generated);
      const detail = (await difference(asker, reference, small)) ?? differs;
      expect.fail(
        `document ${compared} of seed ${seed} (${compared % 2 === 1 ? 'sound' : 'broken'} rows) differs:\n${small.text}\nvariables: ${JSON.stringify(small.variables)}\n${detail}\n${asker.statements.at(-1) ?? ''}`,
      );
    }
    asker.statements = [];
    faulty += Number(
      (reference.execute((await import('graphql')).parse(generated.text), generated.variables).errors
        ?.length ?? 0) > 0,
    );
  }
  console.log(`${compared} documents, ${faulty} of them with errors`);
}, 3_600_000);
