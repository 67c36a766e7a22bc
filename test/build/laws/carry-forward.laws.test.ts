import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rollback } from '../../../src/build/rollback.js';
import type { Database } from '../../../src/postgres/database.js';
import { createTestDatabase, stateTemplate, type TestDatabase } from '../../support/test-database.js';
import { projectFolder, type ProjectFolder } from '../support/child-thau.js';
import { openState } from '../support/engine.js';
import { runProject } from '../support/project-run.js';
import { edits, firstFiles, firstSources, type Edit } from './edits.js';

/** `npm run laws` walks longer and more often. */
const laws = Number(process.env['THAU_LAWS'] ?? 0);
const walks = laws === 0 ? 2 : Math.ceil(laws / 10);
const steps = laws === 0 ? 5 : 10;

interface Side {
  readonly place: TestDatabase;
  readonly database: Database;
}

let sides: Side[] = [];
let project: ProjectFolder;

async function open(): Promise<void> {
  sides = [];
  for (let n = 0; n < 2; n++) {
    const place = await createTestDatabase(stateTemplate());
    sides.push({ place, database: await openState(place.url) });
    // a session may keep its counts for seconds: here they are given away at once
    await place.query(`${firstSources}; select pg_stat_force_next_flush()`);
  }
  project = projectFolder(firstFiles);
}

async function close(): Promise<void> {
  project.remove();
  for (const { place, database } of sides) {
    await database.close();
    await place.drop();
  }
}

/** Every relation that the target schema shows, with its columns and rows in an order of their own. */
async function contents({ place }: Side): Promise<Record<string, string>> {
  const names = await place.query(
    `select relname as name from pg_class where relnamespace = to_regnamespace('shop') and relkind in ('r', 'v', 'm') order by 1`,
  );
  const shown: Record<string, string> = {};
  for (const { name } of names) {
    const [row] = await place.query(
      `select string_agg(t::text, E'\\n' order by t::text) as rows from shop."${String(name)}" as t`,
    );
    shown[String(name)] = String(row?.['rows']);
  }
  return shown;
}

const options = { schema: 'shop', distrustRecent: false };

async function apply(edit: Edit): Promise<void> {
  if (edit.files) project.write(edit.files);
  if (edit.sql === undefined) return;
  for (const { place } of sides) await place.query(`${edit.sql}; select pg_stat_force_next_flush()`);
}

describe('law: carry forward', () => {
  test(
    'never differs from building everything, and rollback gives exactly the earlier tables',
    { timeout: 600_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.record({ edits: fc.array(edits, { minLength: 0, maxLength: 2 }), back: fc.boolean() }),
            {
              minLength: steps,
              maxLength: steps,
            },
          ),
          async (walk) => {
            await open();
            try {
              const [carried, built] = sides as [Side, Side];
              const done: string[] = [];
              const published = new Map<number, Record<string, string>>();
              let vars: Record<string, unknown> = {};
              for (const step of [{ edits: [], back: false }, ...walk]) {
                for (const edit of step.edits) {
                  await apply(edit);
                  vars = { ...vars, ...edit.vars };
                  done.push(edit.name);
                }
                done.push('run');
                const ran = await runProject(carried.database, project.path, {
                  ...options,
                  vars,
                  carry: true,
                });
                await runProject(built.database, project.path, { ...options, vars });
                const shown = await contents(carried);
                expect(shown, done.join(', ')).toEqual(await contents(built));
                if (ran.generation !== null) published.set(ran.generation, shown);
                const [last, before] = [...published.keys()].sort((a, b) => b - a);
                if (!step.back || ran.generation === null || before === undefined || last === undefined)
                  continue;
                done.push('rollback and back');
                for (const to of [before, last]) {
                  const back = await rollback({
                    database: carried.database,
                    stateSchema: 'thau',
                    trigger: 'manual',
                    target: 'test',
                    keepGenerations: 4,
                    to,
                  });
                  const earlier = published.get(to);
                  expect(await contents(carried), done.join(', ')).toEqual({ ...earlier });
                  if (back.generation !== null && earlier) published.set(back.generation, earlier);
                }
              }
            } finally {
              await close();
            }
          },
        ),
        {
          numRuns: walks,
          endOnFailure: true,
          ...(process.env['THAU_LAW_SEED'] && { seed: Number(process.env['THAU_LAW_SEED']) }),
        },
      );
    },
  );
});
