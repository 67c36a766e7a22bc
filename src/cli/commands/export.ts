import { createWriteStream } from 'node:fs';
import { hostname } from 'node:os';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ThauError } from '../../errors/thau-error.js';
import type { AddCommand } from '../command.js';
import { doneBy, privacyContext } from '../privacy/privacy-context.js';

interface ExportFlags {
  readonly output?: string;
  readonly case?: string;
  readonly by?: string;
}

/** `thau export`: everything held about a person. */
export const addExport: AddCommand = (program, run) => {
  program
    .command('export')
    .description('write everything held about a person, found by lineage')
    .argument('<customer>', 'by number, global id, email or phone')
    .option(
      '--output <file>',
      'where to: .html for a page to read, else JSON (default: JSON to standard output)',
    )
    .option('--case <number>', 'the case that asks for it; it is closed when the export is written')
    .option('--by <name>', "who asks (default: the operating system's user)")
    .action(
      run<ExportFlags>(async (context, flags, [asked = '']) => {
        const { wholeNumber } = await import('../whole-number.js');
        const { readSurvey } = await import('../../privacy/survey.js');
        const { findPerson } = await import('../../privacy/find-person.js');
        const { exportPerson } = await import('../../privacy/export.js');
        const { exportJson, exportPage } = await import('../../privacy/export-text.js');
        const { closeCase, readOpenCase } = await import('../../privacy/cases.js');
        const { readGeneration } = await import('../../build/publish/generation.js');
        const { readSalt, salted } = await import('../../privacy/salt.js');
        const { warehouse, state, survey: options } = await privacyContext(context);
        const { database } = warehouse;
        const by = doneBy(flags.by);
        const caseId = flags.case === undefined ? undefined : wholeNumber(flags.case, '--case');
        if (caseId !== undefined) await readOpenCase(database, state, caseId, 'access');
        const salt = await readSalt(database, state);
        const survey = await readSurvey(database, options);
        const { output } = flags;
        const id = await database.use((session) =>
          session.transaction(
            async (tx) => {
              const person = await findPerson(tx, survey.roots, asked);
              if (!person) {
                throw new ThauError(
                  'PRIVACY_UNKNOWN_CUSTOMER',
                  `No customer is known by ${JSON.stringify(asked)}.`,
                  {
                    hint: 'Give the number, the email or the phone of a customer of the published generation.',
                  },
                );
              }
              const [customer = ''] = person.ids;
              const { number: generation } = await readGeneration(tx, state);
              const head = { customer, generation, exportedAt: new Date().toISOString(), by };
              const write = output?.endsWith('.html') === true ? exportPage : exportJson;
              const target: Writable =
                output === undefined ? process.stdout : createWriteStream(output, { mode: 0o600 });
              await pipeline(Readable.from(write(head, exportPerson(tx, survey, person))), target, {
                end: output !== undefined,
              });
              return customer;
            },
            { isolation: 'repeatable read', readOnly: true },
          ),
        );
        await database.query(
          `insert into ${state}.privacy_log (done_by, host, what, case_id, subject_hash) values ($1, $2, 'export', $3, $4)`,
          [by, hostname(), caseId ?? null, salted(salt, id)],
        );
        if (caseId !== undefined)
          await closeCase(database, state, caseId, { state: 'done', outcome: 'exported', by });
        if (output !== undefined) context.output.log(`Everything held about customer ${id} is in ${output}.`);
        return 0;
      }),
    );
};
