import { writeFileSync } from 'node:fs';
import type { Touched } from '../../privacy/erase-rows.js';
import type { Proof } from '../../privacy/finish.js';
import { ThauError } from '../../errors/thau-error.js';
import type { AddCommand, CommandContext } from '../command.js';
import { doneBy, privacyContext } from '../privacy/privacy-context.js';
import { table } from '../table.js';

interface EraseFlags {
  readonly dryRun?: boolean;
  readonly case?: string;
  readonly by?: string;
  readonly proof?: string;
  readonly output?: string;
}

/** `thau erase`: a person goes from the sources and everything made of them, with a proof. */
export const addErase: AddCommand = (program, run) => {
  program
    .command('erase')
    .description('erase people everywhere, found by lineage, and prove it')
    .argument(
      '[customers...]',
      'by number, global id, email or phone; left out, goes on with what was interrupted',
    )
    .option('--dry-run', 'show what would be touched and why, and change nothing')
    .option('--case <number>', 'the case that asks for it; it is closed when all is done')
    .option('--by <name>', "who asks (default: the operating system's user)")
    .option('--proof <erasure>', 'show the proof of an erasure')
    .option('--output <file>', 'write the proof here: .html for a page, else JSON')
    .action(
      run<EraseFlags>(async (context, flags, asked) => {
        const { wholeNumber } = await import('../whole-number.js');
        if (flags.proof !== undefined)
          return showProof(context, wholeNumber(flags.proof, '--proof'), flags.output);
        const { warehouse, state, survey, files } = await privacyContext(context);
        const { database, settings } = warehouse;
        const { eraseFromSources } = await import('../../privacy/erase.js');
        const { finishErasures, unfinished } = await import('../../privacy/finish.js');
        const { lockWait, lockStaleAfter } = settings.runs;
        const caseId = flags.case === undefined ? undefined : wholeNumber(flags.case, '--case');
        if (caseId !== undefined) {
          const { readOpenCase } = await import('../../privacy/cases.js');
          await readOpenCase(database, state, caseId, 'erase');
        }
        const left = await unfinished(database, state);
        if (asked.length === 0 && left.length === 0) {
          throw new ThauError('CLI_USAGE', 'Nobody is named, and no erasure was interrupted.', {
            hint: 'thau erase <customer>',
          });
        }
        if (asked.length > 0) {
          const erased = await eraseFromSources({
            ...survey,
            database,
            asked,
            by: doneBy(flags.by),
            ...(caseId !== undefined && { caseId }),
            dryRun: flags.dryRun === true,
            lockWait,
            staleAfter: lockStaleAfter,
          });
          if (flags.dryRun === true) {
            for (const one of erased) context.output.result(one, `${one.asked}\n${touchedText(one.touched)}`);
            return 0;
          }
        }
        await rebuild(context);
        const proofs = await finishErasures(
          { ...survey, database, files, patience: 30_000 },
          await unfinished(database, state),
        );
        for (const proof of proofs) await tell(context, proof, flags.output);
        const open = proofs.filter((proof) => proof.state === 'open');
        if (open.length === 0) return 0;
        throw new ThauError('PRIVACY_NOT_CLEAN', notClean(open), {
          hint: 'thau erase, without a customer, looks again.',
        });
      }),
    );
};

/**
 * Every relation is built anew from what is left, and published; earlier generations are not kept. Incremental models
 * are built in full, but for those that say `full_refresh: false`: they remember, and are erased row by row.
 */
async function rebuild(context: CommandContext): Promise<void> {
  const { performRun } = await import('../run/run-command.js');
  const summary = await performRun(context, {
    command: 'build',
    flags: { fullRefresh: true },
    trigger: 'erase',
    signal: context.signal,
    keepGenerations: 1,
  });
  if (summary.state === 'published') return;
  throw new ThauError(
    'PRIVACY_REBUILD_FAILED',
    `Run ${summary.runId} did not publish: the warehouse still shows the person.`,
    {
      hint: 'Mend what the run says, then run `thau erase` again.',
      ...(summary.error !== undefined && { cause: summary.error }),
    },
  );
}

async function showProof(
  context: CommandContext,
  erasure: number,
  output: string | undefined,
): Promise<number> {
  const { readProof } = await import('../../privacy/finish.js');
  const { quoteIdentifier } = await import('../../postgres/identifier.js');
  const { database, settings } = await context.warehouse();
  await tell(
    context,
    await readProof(database, quoteIdentifier(settings.database.stateSchema), erasure),
    output,
  );
  return 0;
}

async function tell(context: CommandContext, proof: Proof, output: string | undefined): Promise<void> {
  const { proofPage } = await import('../../privacy/proof-page.js');
  if (output !== undefined) {
    const json = `${JSON.stringify(proof, undefined, 2)}\n`;
    writeFileSync(output, output.endsWith('.html') ? proofPage(proof) : json);
  }
  const lines = [
    `Erasure ${proof.erasure} is ${proof.state}: generation ${proof.generation} is the first without the person, ${proof.purged.generations} earlier ones are gone.`,
    touchedText(proof.touched),
    proof.search.found.length === 0
      ? `${proof.search.values} identifiers were searched for in the whole database: nothing was found.`
      : `${proof.search.values} identifiers were searched for; found in ${proof.search.found.map(({ table: name, rows }) => `${name} (${rows})`).join(', ')}.`,
  ];
  context.output.result(proof, lines.join('\n'));
}

function touchedText(touched: readonly Touched[]): string {
  return table(
    ['table', 'how', 'rows', 'by'],
    touched.map(({ table: name, how, rows, paths, because }) => [
      name,
      how,
      String(rows),
      because ?? paths[0] ?? '',
    ]),
  );
}

function notClean(open: readonly Proof[]): string {
  return open
    .map(({ erasure, touched, search, purged }) => {
      const refused = touched
        .filter(({ how, rows }) => how === 'not permitted' && rows > 0)
        .map(({ table: name }) => name);
      const reasons = [
        ...(refused.length > 0 ? [`no permission for ${refused.join(', ')}`] : []),
        ...(search.found.length > 0
          ? [`found in ${search.found.map(({ table: name }) => name).join(', ')}`]
          : []),
        ...(purged.waiting.length > 0
          ? [`still read: ${purged.waiting.map(({ relation }) => relation).join(', ')}`]
          : []),
      ];
      return `Erasure ${erasure} is open: ${reasons.join('; ')}.`;
    })
    .join(' ');
}
