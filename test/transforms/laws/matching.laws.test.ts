import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMatchingProject, type MatchingProject } from '../support/matching-project.js';

/** `THAU_LAWS=200` tells as many stories, in more parts; `THAU_MATCHING_SEED` begins elsewhere. */
const laws = Number(process.env['THAU_LAWS'] ?? 0);
const stories = laws === 0 ? 1 : Math.ceil(laws / 10);
const parts = laws === 0 ? 2 : 5;
const seed = Number(process.env['THAU_MATCHING_SEED'] ?? 1);

/** What is computed from what changed; all else is computed from these. */
const grown = {
  people_terms: 'record_id',
  people_blocks: 'key, record_id',
  people_slip_keys: 'text_key, slip_key',
  people_candidates: 'low_id, high_id',
  people_sample: 'low_id, high_id',
};
/** Columns that tell how a table came to be, not what it says. */
const histories = ['batch', 'seen_batch', 'turned_batch', 'blocks_batch', 'size_counts'];

/** Rows that stay to say what went: a whole build has none of them. */
const notWhatWent = "where (to_jsonb(t) -> 'is_current') is distinct from 'false'";

let project: MatchingProject;

beforeAll(async () => {
  project = await createMatchingProject();
});

afterAll(async () => {
  await project.drop();
});

test('records that come, change and go in any parts give the pairs and people of one whole build', async () => {
  const { database } = project;
  for (let story = 0; story < stories; story++) {
    const random = randomOf(seed + story);
    await database.query(`
      drop table if exists raw.people;
      create schema if not exists raw;
      create table raw.people (unique_id integer, first_name text, surname text, dob text, city text, email text)`);
    // caps so small that keys pass them both ways, alone and all together
    const vars = [
      '--vars',
      JSON.stringify({ most: 2 + random(6), most_pairs: 20 + random(400), sample: 30 }),
    ];
    for (let part = 0; part < parts; part++) {
      const told = Array.from({ length: 160 }, () => person(random, 300));
      const gone = Array.from({ length: part === 0 ? 0 : random(60) }, () => random(300));
      await database.query('delete from raw.people where unique_id = any($1)', [
        [...told.map((row) => row.unique_id), ...gone],
      ]);
      const last = new Map(told.map((row) => [row.unique_id, row]));
      await database.query(
        'insert into raw.people select * from jsonb_populate_recordset(null::raw.people, $1::jsonb)',
        [JSON.stringify([...last.values()])],
      );
      await project.thau('run', ...vars, ...(part === 0 ? ['--full-refresh'] : []));
    }
    const inParts = await contents();
    const people = await partition();
    await project.thau('run', ...vars, '--full-refresh', '--no-carry');
    const atOnce = await contents();
    for (const table of Object.keys(grown)) {
      expect(inParts[table], `${table}, seed ${String(seed + story)}`).toEqual(atOnce[table]);
    }
    expect(people).toEqual(await partition());
    expect(atOnce['people_candidates']?.length).toBeGreaterThan(0);
  }
}, 600_000);

async function contents(): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {};
  for (const [table, key] of Object.entries(grown)) {
    found[table] = (
      await project.database.query(
        `select (to_jsonb(t) - $1::text[])::text as said from ${table} as t ${notWhatWent} order by ${key}`,
        [histories],
      )
    ).map((row) => row['said']);
  }
  return found;
}

async function partition(): Promise<unknown[]> {
  return project.database.query('select record_id, cluster_id from people_clusters order by 1');
}

interface Person {
  readonly unique_id: number;
  readonly first_name: string | null;
  readonly surname: string | null;
  readonly dob: string | null;
  readonly city: string | null;
  readonly email: string | null;
}

/** Few values, many of them a slip apart, so that keys fill, empty and touch each other. */
function person(random: (below: number) => number, ids: number): Person {
  const pick = <T>(list: readonly T[]): T => list[random(list.length)] as T;
  const maybe = (value: string): string | null => (random(6) === 0 ? null : value);
  const name = pick(['an', 'anh', 'ahn', 'binh', 'bin', 'chi', 'dung', 'lê', 'Ελένη', '李']);
  return {
    unique_id: random(ids),
    first_name: maybe(name),
    surname: maybe(pick(['nguyen', 'nguyên', 'tran', 'trann', 'le'])),
    dob: maybe(`19${String(70 + random(12))}-0${String(1 + random(9))}-1${String(random(10))}`),
    city: maybe(pick(['hue', 'da nang', 'ha noi'])),
    email: maybe(`${name}${String(random(40))}@example.com`),
  };
}

function randomOf(seed: number): (below: number) => number {
  let state = Math.imul(seed, 2654435761) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
