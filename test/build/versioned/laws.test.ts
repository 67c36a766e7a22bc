import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { diffRelations, type Compared } from '../../../src/build/diff/diff-relations.js';
import { readGeneration } from '../../../src/build/publish/generation.js';
import type { Relation } from '../../../src/build/relation.js';
import { rollback } from '../../../src/build/rollback.js';
import type { Database } from '../../../src/postgres/database.js';
import { createTestDatabase, stateTemplate, type TestDatabase } from '../../support/test-database.js';
import { flags, openState, runPlain, type PlainNode, type Ran } from '../support/engine.js';
import { applyBatch, bag, TouchedTwice, type Row, type Strategy } from './strategy-oracle.js';

/** Histories tried of each kind: a few here, many by `npm run laws`. */
const histories = Number(process.env['THAU_LAWS'] ?? 4);

let place: TestDatabase;
let database: Database;
let project = 0;
beforeAll(async () => {
  place = await createTestDatabase(stateTemplate());
  database = await openState(place.url);
});
afterAll(async () => {
  await database.close();
  await place.drop();
});

const paths = ['versioned', 'clone'] as const;

const row = fc.record({
  id: fc.option(fc.integer({ min: 1, max: 5 }), { freq: 6 }),
  part: fc.option(fc.constantFrom('a', 'b'), { freq: 6 }),
  amount: fc.option(fc.integer({ min: 0, max: 9 }), { freq: 8 }),
});
const strategy: fc.Arbitrary<Strategy> = fc.record({
  name: fc.constantFrom('append', 'delete+insert', 'merge'),
  key: fc.constantFrom<Strategy['key'][]>([], ['id'], ['id', 'part']),
  below: fc.option(fc.integer({ min: 3, max: 8 }), { freq: 2 }),
});
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('batch' as const), rows: fc.array(row, { maxLength: 6 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('fails' as const), rows: fc.array(row, { maxLength: 6 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('whole' as const), rows: fc.array(row, { maxLength: 6 }) }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'rollback' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'column' as const }) },
);

/** Every kept generation shows the rows it was published with, by both paths. */
async function expectKept(
  schema: string,
  published: ReadonlyMap<number, readonly object[]>,
  names: readonly string[],
): Promise<void> {
  const mapped = await place.query(
    `select m.generation::int as generation, m.relation_schema as schema, m.relation_name as name
     from thau.mapping as m join thau.generations as g using (generation)
     where g.retired_at is null and m.schema_name = $1 and m.name = any ($2)`,
    [schema, names],
  );
  for (const { generation, schema: physical, name } of mapped) {
    const wanted = published.get(Number(generation));
    if (!wanted) continue;
    const rows = await place.query(`select * from "${String(physical)}"."${String(name)}"`);
    expect(bag(rows), `${String(name)} of generation ${String(generation)}`).toEqual(bag(wanted));
  }
}

/** What differs between two kept generations is the same by the marks of their rows as by reading both whole. */
async function expectSameDiff(schema: string, name: string): Promise<void> {
  const kept = await place.query(
    `select m.generation::int as generation, m.node_id from thau.mapping as m join thau.generations as g using (generation)
     where g.retired_at is null and m.schema_name = $1 and m.name = $2 order by 1 desc limit 2`,
    [schema, name],
  );
  const sides = await Promise.all(
    kept.map(async ({ generation, node_id: id }) => {
      const { nodes } = await readGeneration(database, 'thau', Number(generation));
      return nodes.get(String(id))?.relation;
    }),
  );
  const [after, before] = sides;
  if (!after?.store || !before?.store) return;
  const whole = ({ schema, name }: Relation): Compared => ({ schema, name });
  for (const [a, b] of [
    [before, after],
    [after, before],
  ] as const) {
    const how = { key: [], samples: 3 };
    const read = await diffRelations(database, { before: whole(a), after: whole(b), ...how });
    expect(await diffRelations(database, { before: a, after: b, ...how })).toEqual(read);
    // samples in the order of a key that repeats may be others
    const byKey = { key: ['id'], samples: 0 };
    const keyed = await diffRelations(database, { before: whole(a), after: whole(b), ...byKey });
    if (keyed.key.length > 0) {
      expect(await diffRelations(database, { before: a, after: b, ...byKey })).toEqual(keyed);
    }
  }
}

/** To the newest other generation of this history. */
async function rollBack(published: Iterable<number>): Promise<number | undefined> {
  const [kept] = await place.query(
    `select max(generation)::int as generation from thau.generations
     where retired_at is null and generation <> (select generation from thau.pointer) and generation = any ($1)`,
    [[...published]],
  );
  const to = kept?.['generation'];
  if (typeof to !== 'number') return undefined;
  await rollback({ database, stateSchema: 'thau', trigger: 'manual', target: 'test', to });
  return to;
}

describe('for every history of batches', () => {
  test('Versioned, Clone and what dbt does to a table in place are the same rows', async () => {
    await fc.assert(
      fc.asyncProperty(strategy, fc.array(step, { minLength: 4, maxLength: 9 }), async (how, steps) => {
        const schema = `law${project++}`;
        let table: readonly Row[] | undefined;
        let withNote = false;
        const published = new Map<number, readonly Row[]>();
        const build = (rows: readonly Row[], fails: boolean, whole: boolean): Promise<Ran> =>
          runPlain(database, [...nodes(schema, how, rows, withNote), ...(fails ? [broken(schema)] : [])], {
            flags: { ...flags, FULL_REFRESH: whole },
            // the projects of other histories are not this one's
            threads: 2,
          });
        for (const one of steps) {
          if (one.kind === 'column') {
            withNote = true;
            continue;
          }
          if (one.kind === 'rollback') {
            const to = table && (await rollBack(published.keys()));
            if (to === undefined) continue;
            table = published.get(to) ?? [];
            const [{ generation } = {}] = await place.query('select generation::int from thau.pointer');
            published.set(Number(generation), table);
          } else {
            const rows = one.rows.map((each): Row => ({ ...each, ...(withNote && { note: `n${each.id}` }) }));
            const before = table === undefined || one.kind === 'whole' ? undefined : table;
            let after: readonly Row[] | undefined;
            try {
              after = before === undefined ? rows : applyBatch(widened(before, withNote), rows, how);
            } catch (error) {
              expect(error).toBeInstanceOf(TouchedTwice);
            }
            const ran = await build(rows, one.kind === 'fails', one.kind === 'whole');
            if (after === undefined) {
              for (const result of ran.results.filter(({ name }) => name !== 'broken')) {
                expect(result.message).toMatch(/cannot affect row a second time/);
              }
            } else if (one.kind === 'fails') {
              expect(ran.state).toBe('failed');
            } else {
              expect(ran.error ?? ran.results.find((result) => result.error)?.error).toBeUndefined();
              table = after;
              published.set(ran.generation ?? 0, table);
            }
          }
          for (const path of table ? paths : []) {
            const rows = await place.query(`select * from ${schema}.by_${path}`);
            expect(bag(rows), path).toEqual(bag(table ?? []));
          }
          await expectKept(schema, published, ['by_versioned', 'by_clone']);
          await expectSameDiff(schema, 'by_versioned');
        }
      }),
      { numRuns: histories, endOnFailure: process.env['THAU_LAWS'] === undefined },
    );
  }, 1_800_000);

  test('a snapshot by Versioned is the snapshot by Clone', async () => {
    const person = fc.record({
      id: fc.integer({ min: 1, max: 4 }),
      city: fc.option(fc.constantFrom('Huế', 'Vinh'), { freq: 5 }),
      at: fc.integer({ min: 1, max: 9 }),
    });
    const look = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          kind: fc.constantFrom('batch' as const, 'batch' as const, 'batch' as const, 'fails' as const),
          rows: fc.uniqueArray(person, { selector: ({ id }) => id, maxLength: 4 }),
        }),
      },
      { weight: 1, arbitrary: fc.constant({ kind: 'rollback' as const, rows: [] }) },
    );
    const settings = fc.record({
      strategy: fc.constantFrom('timestamp', 'check'),
      hard_deletes: fc.constantFrom('ignore', 'invalidate', 'new_record'),
    });
    await fc.assert(
      fc.asyncProperty(settings, fc.array(look, { minLength: 4, maxLength: 8 }), async (config, looks) => {
        const schema = `snap${project++}`;
        const published = new Map<number, readonly object[]>();
        for (const { kind, rows } of looks) {
          if (kind === 'rollback') {
            const to = await rollBack(published.keys());
            if (to === undefined) continue;
            const [{ generation } = {}] = await place.query('select generation::int from thau.pointer');
            published.set(Number(generation), published.get(to) ?? []);
          } else {
            const people = paths.map((path): PlainNode => ({
              name: `${schema}_${path}`,
              type: 'snapshot',
              schema,
              extra: { alias: `by_${path}` },
              config: {
                unique_key: 'id',
                updated_at: 'at',
                check_cols: ['city'],
                incremental_path: path,
                ...config,
              },
              sql: () =>
                `select id, city, timestamp '2026-01-01' + at * interval '1 day' as at from (values (0, null::text, 0)${rows
                  .map(({ id, city, at }) => `, (${id}, ${literal(city)}, ${at})`)
                  .join('')}) as v (id, city, at) where id > 0`,
            }));
            const ran = await runPlain(database, [...people, ...(kind === 'fails' ? [broken(schema)] : [])]);
            expect(ran.state).toBe(kind === 'fails' ? 'failed' : 'published');
            if (ran.generation !== null) {
              published.set(ran.generation, await place.query(`select * from ${schema}.by_versioned`));
            }
          }
          if (published.size === 0) continue;
          // a row that is gone is stamped with the moment of its run, which differs between the two
          const columns = `id, city, at, dbt_valid_from::date < '2026-02-01', dbt_valid_to is null,
              case when dbt_valid_to < '2026-02-01' then dbt_valid_to::date end`;
          const [byVersion, byClone] = await Promise.all(
            paths.map((path) => place.query(`select ${columns} from ${schema}.by_${path}`)),
          );
          expect(bag(byVersion ?? [])).toEqual(bag(byClone ?? []));
        }
        await expectKept(schema, published, ['by_versioned']);
      }),
      { numRuns: histories, endOnFailure: process.env['THAU_LAWS'] === undefined },
    );
  }, 1_800_000);
});

/** Rows from before the column was there. */
function widened(rows: readonly Row[], withNote: boolean): readonly Row[] {
  return withNote ? rows.map((one) => ({ ...one, note: one.note ?? null })) : rows;
}

function nodes(schema: string, how: Strategy, rows: readonly Row[], withNote: boolean): PlainNode[] {
  const values = rows.map(
    ({ id, part, amount, note }) =>
      `, (${id}, ${literal(part)}, ${amount}${withNote ? `, ${literal(note ?? null)}` : ''})`,
  );
  const { name, key, below } = how;
  return paths.map((path) => ({
    name: `${schema}_${path}`,
    schema,
    extra: { alias: `by_${path}` },
    config: {
      materialized: 'incremental',
      incremental_strategy: name,
      ...(key.length > 0 && { unique_key: key.length === 1 ? key[0] : key }),
      ...(below !== null && {
        incremental_predicates: [`dbt_internal_dest.amount < ${below}`],
      }),
      on_schema_change: 'append_new_columns',
      indexes: [{ columns: ['id'] }],
      incremental_path: path,
    },
    // the first row gives the types and goes
    sql: () =>
      `select * from (values (null::int, null::text, 99${withNote ? ', null::text' : ''})${values.join('')})
       as v (id, part, amount${withNote ? ', note' : ''}) where amount is distinct from 99`,
  }));
}

function broken(schema: string): PlainNode {
  return {
    name: 'broken',
    schema,
    reads: paths.map((path) => `${schema}_${path}`),
    sql: () => 'select 1 / 0 as n',
  };
}

function literal(text: string | null): string {
  return text === null ? 'null' : `'${text}'`;
}
